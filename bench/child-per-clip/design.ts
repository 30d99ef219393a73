// The child-workflow-per-clip design, ready to be run.
import { fileURLToPath } from 'node:url';
import { composeWorker, submitQueueOf, type ComposeOptions } from '../support/compose.js';
import type { Design } from '../support/design.js';
import { childId } from './messages.js';
import type { slidingWindow } from './workflows.js';

const TASK_QUEUE = 'bench-child-per-clip';
/** Where it is fastest: of 10, 25, 50, 100 and 200 on 2 cores. */
const WINDOW = 25;

export interface ChildPerClipOptions extends Pick<ComposeOptions, 'config' | 'temporal'> {
  /** Default: no limit, and no task queue for submissions alone. */
  submissionsPerSecond?: number;
  /** Tasks in flight at the vendor instead of children at one time. */
  maxInFlight?: number;
}

export async function startChildPerClip(options: ChildPerClipOptions): Promise<Design> {
  const { submissionsPerSecond, maxInFlight } = options;
  const worker = await composeWorker({
    ...options,
    taskQueue: TASK_QUEUE,
    workflowsPath: fileURLToPath(new URL('workflows.js', import.meta.url)),
  });
  return {
    name: 'child workflow a clip',
    score: (client, { id, store, rows, options: batchOptions }) =>
      client.workflow.execute<typeof slidingWindow>('slidingWindow', {
        workflowId: id,
        taskQueue: TASK_QUEUE,
        args: [
          {
            ...{ store, rows, options: batchOptions },
            window: maxInFlight ?? WINDOW,
            submitQueue:
              submissionsPerSecond === undefined ? TASK_QUEUE : submitQueueOf(TASK_QUEUE),
            slotUntil: maxInFlight === undefined ? 'recorded' : 'confirmed',
          },
        ],
      }),
    workflowIds: ({ id, rows }) => [
      id,
      ...Array.from({ length: rows }, (_, row) => childId(id, row)),
    ],
    close: () => worker.close(),
  };
}
