// Another design that scoreBatch is compared with: a child workflow for every 200 clips, which keeps a
// window of clips under way, each with three activities. A shard's history stays so short that it
// never continues as new; callbacks are signals to the shard. The activities and what is left in the
// store are those of scoreBatch.
import { executeChild, workflowInfo } from '@temporalio/workflow';
import pLimit from 'p-limit';
import type { BatchSummary } from '../../contract/clip.js';
import { activities, receiveCallbacks, scoreRow } from '../support/score-clip.js';
import {
  SHARD_SIZE,
  shardId,
  shardStarts,
  type ScoreShardInput,
  type ShardedBatchInput,
} from './messages.js';

/** The parent: runs the shards, then writes the results. */
export async function shardedBatch(input: ShardedBatchInput): Promise<BatchSummary> {
  const { store, rows, shards, window, submitQueue, options } = input;
  const startedAt = new Date().toISOString();
  const limit = pLimit(shards);
  await Promise.all(
    shardStarts(rows).map((from) =>
      limit(() =>
        executeChild(scoreShard, {
          workflowId: shardId(workflowInfo().workflowId, from),
          args: [
            {
              ...{ store, window, submitQueue, options },
              ...{ from, to: Math.min(from + SHARD_SIZE, rows) },
            },
          ],
        }),
      ),
    ),
  );
  return await activities.finalizeBatch({ store, round: 1, submissions: rows, startedAt });
}

/** The clips of one shard. */
export async function scoreShard(input: ScoreShardInput): Promise<void> {
  const { store, options, submitQueue, from, to } = input;
  const calledBack = receiveCallbacks();
  const limit = pLimit(input.window);
  await Promise.all(
    (await rowsToSubmit(input)).map((row) =>
      limit(() => scoreRow({ store, row, options, submitQueue, calledBack })),
    ),
  );

  async function rowsToSubmit({ store, options }: ScoreShardInput): Promise<number[]> {
    const all = Array.from({ length: to - from }, (_, index) => from + index);
    if (!options.probe) return all;
    const rows = { count: to };
    const { submit } = await activities.preparePage({
      ...{ store, round: 1, rows, from, to, probe: true },
    });
    return all.filter((row) => submit.some(([first, last]) => first <= row && row <= last));
  }
}
