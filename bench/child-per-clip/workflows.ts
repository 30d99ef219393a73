// The design that scoreBatch is compared with: a child workflow for each clip, in a sliding window, as
// in Temporal's own sample (temporalio/samples-typescript, batch-sliding-window). Children are
// abandoned and report by signal, so that the parent may continue as new at any moment. Unlike the
// sample it starts children without waiting for one start after the other. The activities, the
// callbacks and what is left in the store are those of scoreBatch.
import {
  condition,
  continueAsNew,
  defineSignal,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { BatchSummary } from '../../contract/clip.js';
import { activities, receiveCallbacks, scoreRow } from '../support/score-clip.js';
import {
  childId,
  CLIP_DONE_SIGNAL,
  SLOT_FREE_SIGNAL,
  type ScoreClipInput,
  type SlidingWindowInput,
} from './messages.js';

/** Children started by one run of the parent: about 1,400 events. */
const CHILDREN_A_RUN = 200;

const slotFreeSignal = defineSignal<[row: number]>(SLOT_FREE_SIGNAL);
const clipDoneSignal = defineSignal<[row: number]>(CLIP_DONE_SIGNAL);

/** The parent: keeps up to `window` slots taken, then writes the results. */
export async function slidingWindow(input: SlidingWindowInput): Promise<BatchSummary> {
  const { store, rows, carried } = input;
  const inWindow = new Set(carried?.inWindow);
  const running = new Set(carried?.running);
  const startedAt = carried?.startedAt ?? Date.now();
  setHandler(slotFreeSignal, (row) => void inWindow.delete(row));
  setHandler(clipDoneSignal, (row) => {
    inWindow.delete(row);
    running.delete(row);
  });

  const first = carried?.next ?? 0;
  const next = Math.min(first + CHILDREN_A_RUN, rows);
  const starts: Promise<unknown>[] = [];
  for (let row = first; row < next; row += 1) {
    await condition(() => inWindow.size < input.window);
    inWindow.add(row);
    running.add(row);
    const { options, slotUntil, submitQueue } = input;
    starts.push(
      startChild(scoreClip, {
        workflowId: childId(workflowInfo().workflowId, row),
        parentClosePolicy: ParentClosePolicy.ABANDON,
        args: [{ store, options, slotUntil, submitQueue, row }],
      }),
    );
  }
  await Promise.all(starts);
  if (next < rows) {
    return await continueAsNew<typeof slidingWindow>({
      ...input,
      carried: { startedAt, next, inWindow: [...inWindow], running: [...running] },
    });
  }
  await condition(() => running.size === 0);
  return await activities.finalizeBatch({
    ...{ store, round: 1, submissions: rows },
    startedAt: new Date(startedAt).toISOString(),
  });
}

/** One clip from submission to its outcome in the store. */
export async function scoreClip(input: ScoreClipInput): Promise<void> {
  const { store, row, options, slotUntil, submitQueue } = input;
  const calledBack = receiveCallbacks();
  const parentId = workflowInfo().parent?.workflowId;
  const tell = async (signal: typeof clipDoneSignal): Promise<void> => {
    if (parentId !== undefined) await getExternalWorkflowHandle(parentId).signal(signal, row);
  };
  try {
    if (options.probe) {
      const rows = { count: row + 1 };
      const prepared = { store, round: 1, rows, from: row, to: row + 1, probe: true };
      if ((await activities.preparePage(prepared)).submit.length === 0) return;
    }
    await scoreRow({
      ...{ store, row, options, submitQueue, calledBack },
      ...(slotUntil === 'confirmed' && { onConfirmed: () => tell(slotFreeSignal) }),
    });
  } finally {
    await tell(clipDoneSignal);
  }
}
