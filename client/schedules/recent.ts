// The batches that a schedule has started, and their states.
import type { ScheduleExecutionResult } from '@temporalio/client';
import type { OutcomeCounts } from '../../contract/clip.js';
import type { Sources } from '../context.js';
import type { BareExecution } from '../execution.js';
import { reasonOf } from '../reason.js';
import { isOpen, phaseOf, type BatchPhase } from '../states.js';
import { statusOf } from '../status.js';

/** How long a worker may take to tell how its batch stands; many may be asked at once. */
const ASK_MS = 1500;

export interface ScheduledBatch {
  batch: string;
  /** ISO 8601: the time it was due, and the time it started. */
  dueAt: string;
  startedAt: string;
  /** `forgotten`: its retention at Temporal has ended. */
  state: BatchPhase | 'forgotten';
  /** Absent while its manifest is not read, or if it never was. */
  counts?: OutcomeCounts;
  /** Only of one that stopped before its end: why, such as a manifest that is missing. */
  reason?: string;
}

/**
 * The last batches of a schedule, newest first.
 * @param actions as the server has them, oldest first
 */
export async function recentBatches(
  where: Sources,
  actions: readonly ScheduleExecutionResult[],
  count: number,
): Promise<ScheduledBatch[]> {
  // A backfill may have started a batch once more: it is one batch, and its newest start counts.
  const byId = new Map([...actions].map((taken) => [taken.action.workflow.workflowId, taken]));
  const newest = [...byId.values()].sort((a, b) => b.takenAt.getTime() - a.takenAt.getTime());
  return await Promise.all(
    newest.slice(0, count).map(async ({ scheduledAt, takenAt, action }) => ({
      batch: action.workflow.workflowId,
      dueAt: scheduledAt.toISOString(),
      startedAt: takenAt.toISOString(),
      ...(await standingOf(where, action.workflow.workflowId)),
    })),
  );
}

/** Also of a batch that was run again with `retry`: then it is the newest round that counts. */
async function standingOf(
  sources: Sources,
  batch: string,
): Promise<Pick<ScheduledBatch, 'state' | 'counts' | 'reason'>> {
  const { temporal } = sources;
  const execution = await temporal.describeBare(batch);
  if (!execution) return { state: 'forgotten' };
  const state = phaseOf(execution);
  if (state === 'stopped') return { state, reason: await reasonOf(temporal, execution) };
  // The server has the counts of a finished batch also when its store is on another machine.
  if (state === 'finished') return { state, counts: (await temporal.result(batch)).counts };
  return await askedStanding(sources, execution);
}

async function askedStanding(
  { temporal, openStore }: Sources,
  { memo, ...execution }: BareExecution,
): Promise<Pick<ScheduledBatch, 'state' | 'counts'>> {
  if (!memo) return { state: isOpen(execution) ? 'running' : phaseOf(execution) };
  const store = openStore(memo.store);
  const located = { batch: execution.batch, store, execution: { ...execution, memo } };
  const { state, counts } = await statusOf(temporal, located, ASK_MS);
  return { state, counts };
}
