// Finds the rows that lack their finished video, some hundred at a time.
import { Context } from '@temporalio/activity';
import type { FindMixesOutput, MixActivities } from '../../contract/mix.js';
import { howDigest, readVideos, videoOf } from '../../outcomes/videos.js';
import type { OpenBatches } from '../batch-files.js';
import { withHeartbeat } from '../heartbeat.js';
import { hasSoundtrack } from './sources.js';

/** Their numbers are in the history, and are carried. */
const ROWS_A_PAGE = 500;

export function findMixesActivity(batches: OpenBatches): MixActivities['findMixes'] {
  return ({ store: location, round, mix, skipped = false, from }) => {
    const { store, snapshot, outcomes } = batches.at(location, round);
    const { cancellationSignal } = Context.current();
    return withHeartbeat(async () => {
      const { total } = await snapshot.info();
      const how = howDigest(mix);
      const videos = await readVideos(store);
      const index = await outcomes();
      const found: FindMixesOutput = { rows: [], kept: 0 };
      for (let row = from; row < total; row += 1) {
        cancellationSignal.throwIfAborted();
        if (found.rows.length === ROWS_A_PAGE) return { ...found, next: row };
        const outcome = await index.outcomeOf(row);
        if (!hasSoundtrack(outcome, skipped)) continue;
        const made = videoOf(videos, await snapshot.clip(row), outcome);
        const isThere =
          made?.how === how && made.video !== undefined && (await store.exists(made.video));
        if (isThere) found.kept += 1;
        else found.rows.push(row);
      }
      return found;
    });
  };
}
