// Writes the results of a batch again, with its finished videos.
import type { MixActivities } from '../../contract/mix.js';
import { readBatchRecord } from '../../intake/batch-record.js';
import { readSummary } from '../../outcomes/summary.js';
import { mergeResults } from '../../outcomes/write-results.js';
import type { OpenBatches } from '../batch-files.js';
import { withHeartbeat } from '../heartbeat.js';
import { SOURCES } from './sources.js';

export function writeMixesActivity(batches: OpenBatches): MixActivities['writeMixes'] {
  return ({ batch, store: location, round }) => {
    const files = batches.at(location, round);
    const { store } = files;
    return withHeartbeat(async () => {
      await store.sweep('videos');
      await store.sweep(SOURCES);
      const newest = (await readBatchRecord(store))?.round ?? round;
      const summary = await readSummary(store, batch);
      // A later round writes them when it ends.
      if (newest <= round && summary) await mergeResults(files, summary);
    });
  };
}
