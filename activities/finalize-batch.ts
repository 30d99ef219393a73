// Merges what a batch recorded into the files that users read.
import type { BatchActivities } from '../contract/activities.js';
import { recordLeftOut } from '../outcomes/left-out.js';
import { writeResults } from '../outcomes/write-results.js';
import { currentBatch } from './batch-id.js';
import type { OpenBatches } from './batch-files.js';
import type { ActivityDependencies } from './dependencies.js';
import { clearProxies } from './fitting/proxies.js';
import { withHeartbeat } from './heartbeat.js';

export function finalizeBatchActivity(
  { delivery }: Pick<ActivityDependencies, 'delivery'>,
  batches: OpenBatches,
): BatchActivities['finalizeBatch'] {
  return ({ store, round, startedAt, submissions, leftOut, xlsx }) => {
    const batch = currentBatch();
    const files = batches.at(store, round);
    return withHeartbeat(async () => {
      if (leftOut) await recordLeftOut(files, round, leftOut);
      const summary = await writeResults(files, {
        ...{ batch, round, startedAt, submissions },
        ...(xlsx && { xlsx }),
      });
      await delivery.clear(files); // U1
      await clearProxies(files.store);
      await files.store.sweep();
      return summary;
    });
  };
}
