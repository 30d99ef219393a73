// The design that scoreBatch is compared with: a child workflow for each clip, in a sliding window, as
// in Temporal's own sample (temporalio/samples-typescript, batch-sliding-window). Children are
// abandoned and report by signal, so that the parent may continue as new at any moment. Unlike the
// sample it starts children without waiting for one start after the other. The activities, the
// callbacks and what is left in the store are those of scoreBatch.
import {
  ApplicationFailure,
  condition,
  continueAsNew,
  defineSignal,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  proxyActivities,
  setHandler,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { BatchActivities } from '../../contract/activities.js';
import type { TaskCallback } from '../../contract/callback.js';
import type { BatchSummary } from '../../contract/clip.js';
import { TASK_CALLBACKS_SIGNAL } from '../../contract/names.js';
import {
  childId,
  CLIP_DONE_SIGNAL,
  type ScoreClipInput,
  type SlidingWindowInput,
} from './messages.js';

/** Children started by one run of the parent: about 1,400 events. */
const CHILDREN_A_RUN = 200;
const FIRST_TERMINAL_STATUS = 3;

const { preparePage, submitClip, queryTasks, finishClips, finalizeBatch } =
  proxyActivities<BatchActivities>({
    startToCloseTimeout: '15m',
    heartbeatTimeout: '20s',
    retry: { initialInterval: '1s', maximumInterval: '30s' },
  });

const clipDoneSignal = defineSignal<[row: number]>(CLIP_DONE_SIGNAL);
const taskCallbacksSignal = defineSignal<[TaskCallback[]]>(TASK_CALLBACKS_SIGNAL);

/** The parent: keeps up to `window` children running, then writes the results. */
export async function slidingWindow(input: SlidingWindowInput): Promise<BatchSummary> {
  const { store, rows, options, carried } = input;
  const running = new Set(carried?.running);
  const startedAt = carried?.startedAt ?? Date.now();
  setHandler(clipDoneSignal, (row) => void running.delete(row));

  const first = carried?.next ?? 0;
  const next = Math.min(first + CHILDREN_A_RUN, rows);
  const starts: Promise<unknown>[] = [];
  for (let row = first; row < next; row += 1) {
    await condition(() => running.size < input.window);
    running.add(row);
    starts.push(
      startChild(scoreClip, {
        workflowId: childId(workflowInfo().workflowId, row),
        parentClosePolicy: ParentClosePolicy.ABANDON,
        args: [{ store, options, row }],
      }),
    );
  }
  await Promise.all(starts);
  if (next < rows) {
    return await continueAsNew<typeof slidingWindow>({
      ...input,
      carried: { startedAt, next, running: [...running] },
    });
  }
  await condition(() => running.size === 0);
  return await finalizeBatch({
    ...{ store, round: 1, submissions: rows },
    startedAt: new Date(startedAt).toISOString(),
  });
}

/** One clip from submission to its outcome in the store. */
export async function scoreClip(input: ScoreClipInput): Promise<void> {
  const { row } = input;
  const calledBack = new Set<string>();
  setHandler(taskCallbacksSignal, (list) => {
    for (const { taskId, status } of list) {
      if (status >= FIRST_TERMINAL_STATUS) calledBack.add(taskId);
    }
  });
  try {
    await score(input, calledBack);
  } finally {
    const { parent } = workflowInfo();
    if (parent) await getExternalWorkflowHandle(parent.workflowId).signal(clipDoneSignal, row);
  }
}

async function score(input: ScoreClipInput, calledBack: Set<string>): Promise<void> {
  const { store, row, options } = input;
  const place = { store, round: 1 };
  if (options.probe) {
    const rows = { count: row + 1 };
    const page = await preparePage({ ...place, rows, from: row, to: row + 1, probe: true });
    if (page.submit.length === 0) return;
  }
  const answer = await submitClip({ ...place, row, attempt: 1, notBefore: Date.now() });
  if (answer.kind !== 'accepted') {
    throw ApplicationFailure.nonRetryable(`row ${row} was not accepted: ${JSON.stringify(answer)}`);
  }
  const task = { row, attempt: 1, taskId: answer.taskId };
  await condition(() => calledBack.has(task.taskId), options.callbackGraceMs);
  while ((await queryTasks({ ...place, tasks: [task] })).ended[0]?.status !== 'succeeded') {
    await sleep(options.pollIntervalMs);
  }
  await finishClips({
    ...place,
    segment: String(row).padStart(8, '0'),
    download: [{ ...task, attempts: 1, possibleDuplicate: false }],
    record: [],
  });
}
