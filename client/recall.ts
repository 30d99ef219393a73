// Finds the tasks that earlier rounds of a batch left at the vendor. They are queried before their clips are
// paid for again.
import type { RecalledTask } from '../contract/activities.js';
import { CAP_CODES } from '../contract/batch.js';
import type { Outcome } from '../contract/clip.js';
import type { OwnCode } from '../contract/error-codes.js';
import type { AcceptedPost } from '../outcomes/journal-records.js';

/** The vendor itself has ended these tasks without a result. */
const OVER: readonly OwnCode[] = ['task_failed', 'task_timed_out', 'task_cancelled'];

/**
 * The task to ask about for a row that did not succeed, if there is one.
 * @param row its number in the manifest as it is now
 * @param posted the last POST for it that the vendor accepted, from the journal
 */
export function recalledTask(
  row: number,
  outcome: Outcome | undefined,
  posted: AcceptedPost | undefined,
): RecalledTask | undefined {
  const isOver = OVER.some((code) => code === outcome?.errorCode);
  const taskId = outcome?.taskId ?? posted?.taskId;
  if (isOver || taskId === undefined) return undefined;
  return {
    ...{ row, taskId },
    attempts: outcome?.attempts ?? posted?.attempt ?? 1,
    ...(outcome?.possibleDuplicate && { possibleDuplicate: true }),
  };
}

/** Whether a retry has something to do for a row that ended so. */
export function isOpenOutcome(outcome: Outcome | undefined): boolean {
  if (!outcome) return true;
  // A cap left it out, only for now.
  if (outcome.status === 'skipped') return CAP_CODES.some((code) => code === outcome.errorCode);
  return outcome.status !== 'succeeded';
}
