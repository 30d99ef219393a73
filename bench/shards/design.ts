// The design with shards, ready to be run.
import { fileURLToPath } from 'node:url';
import { composeWorker, submitQueueOf, type ComposeOptions } from '../support/compose.js';
import type { Design } from '../support/design.js';
import { shardId, shardStarts } from './messages.js';
import type { shardedBatch } from './workflows.js';

const TASK_QUEUE = 'bench-shards';
/** Little depends on these: of 1 x 100, 2 x 50, 4 x 25, 4 x 50 and 10 x 20 on 2 cores. */
const SHARDS = 2;
const WINDOW = 50;

export interface ShardsOptions extends Pick<ComposeOptions, 'config' | 'temporal'> {
  /** Default: no limit, and no task queue for submissions alone. */
  submissionsPerSecond?: number;
}

export async function startShards(options: ShardsOptions): Promise<Design> {
  const { submissionsPerSecond } = options;
  const worker = await composeWorker({
    ...options,
    taskQueue: TASK_QUEUE,
    workflowsPath: fileURLToPath(new URL('workflows.js', import.meta.url)),
  });
  return {
    name: 'shards of 200 clips',
    score: (client, { id, store, rows, options: batchOptions }) =>
      client.workflow.execute<typeof shardedBatch>('shardedBatch', {
        workflowId: id,
        taskQueue: TASK_QUEUE,
        args: [
          {
            ...{ store, rows, options: batchOptions, shards: SHARDS, window: WINDOW },
            submitQueue:
              submissionsPerSecond === undefined ? TASK_QUEUE : submitQueueOf(TASK_QUEUE),
          },
        ],
      }),
    workflowIds: ({ id, rows }) => [id, ...shardStarts(rows).map((from) => shardId(id, from))],
    close: () => worker.close(),
  };
}
