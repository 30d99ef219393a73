// Workflow code that the designs with child workflows share: one clip from its submission to its
// outcome in the store, with the product's own activities.
import {
  ApplicationFailure,
  condition,
  proxyActivities,
  setHandler,
  sleep,
  type ActivityOptions,
  defineSignal,
} from '@temporalio/workflow';
import type { BatchActivities } from '../../contract/activities.js';
import type { BatchOptions } from '../../contract/batch.js';
import type { TaskCallback } from '../../contract/callback.js';
import { TASK_CALLBACKS_SIGNAL } from '../../contract/names.js';

export type ScoreOptions = Pick<BatchOptions, 'probe' | 'callbackGraceMs' | 'pollIntervalMs'>;

const FIRST_TERMINAL_STATUS = 3;

const ACTIVITY_OPTIONS: ActivityOptions = {
  startToCloseTimeout: '15m',
  heartbeatTimeout: '20s',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
};

export const activities = proxyActivities<BatchActivities>(ACTIVITY_OPTIONS);

const taskCallbacksSignal = defineSignal<[TaskCallback[]]>(TASK_CALLBACKS_SIGNAL);

/** The tasks that called back, those not waited for yet included. Before the first await. */
export function receiveCallbacks(): ReadonlySet<string> {
  const calledBack = new Set<string>();
  setHandler(taskCallbacksSignal, (list) => {
    for (const { taskId, status } of list) {
      if (status >= FIRST_TERMINAL_STATUS) calledBack.add(taskId);
    }
  });
  return calledBack;
}

export interface ScoreRowInput {
  store: string;
  row: number;
  options: ScoreOptions;
  submitQueue: string;
  calledBack: ReadonlySet<string>;
  /** Called when the end of the task is confirmed. */
  onConfirmed?: () => Promise<void>;
}

/** One clip that has been prepared. */
export async function scoreRow(input: ScoreRowInput): Promise<void> {
  const { store, row, options, calledBack } = input;
  const place = { store, round: 1 };
  const { submitClip } = proxyActivities<BatchActivities>({
    ...ACTIVITY_OPTIONS,
    taskQueue: input.submitQueue,
  });
  const answer = await submitClip({
    ...{ ...place, row, attempt: 1 },
    // The pace is not in the workflow here: whenever it gets its turn.
    ...{ notBefore: 0, notAfter: Number.MAX_SAFE_INTEGER },
  });
  if (answer.kind !== 'accepted') {
    throw ApplicationFailure.nonRetryable(`row ${row} was not accepted: ${JSON.stringify(answer)}`);
  }
  const task = { row, attempt: 1, taskId: answer.taskId };
  await condition(() => calledBack.has(task.taskId), options.callbackGraceMs);
  while (
    (await activities.queryTasks({ ...place, tasks: [task] })).ended[0]?.status !== 'succeeded'
  ) {
    await sleep(options.pollIntervalMs);
  }
  await input.onConfirmed?.();
  await activities.finishClips({
    ...place,
    segment: String(row).padStart(8, '0'),
    download: [{ ...task, attempts: 1, possibleDuplicate: false }],
    record: [],
  });
}
