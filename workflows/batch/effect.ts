// The effect on the batch of an event of one clip. Pure.
import type { ActiveClip } from '../../contract/carried.js';
import type { Outcome, OutcomeStatus } from '../../contract/clip.js';
import type { VendorFailure } from '../../contract/failure.js';

/** What changes for the batch; an empty effect means that the clip stays in the window. */
export interface Effect {
  /** The clip has its outcome and leaves the window. */
  settled?: Outcome;
  throttled?: VendorFailure;
  denied?: VendorFailure;
  /** Submissions that turned out to be accepted (or, negative, not to be ours). */
  submissions?: number;
  /** Submissions whose outcome is unknown, or (negative) is now known. */
  unknown?: number;
}

/** The clip's outcome is decided. */
export function settle(
  clip: ActiveClip,
  status: OutcomeStatus,
  code: string,
  message: string,
): Effect {
  return { settled: outcome(clip, status, code, message) };
}

function outcome(
  clip: ActiveClip,
  status: OutcomeStatus,
  errorCode: string,
  errorMessage: string,
): Outcome {
  return {
    row: clip.row,
    status,
    ...(clip.taskId !== undefined && { taskId: clip.taskId }),
    attempts: clip.attempt,
    errorCode,
    errorMessage,
    ...(clip.possibleDuplicate && { possibleDuplicate: true }),
  };
}

/** The batch is being cancelled; the outcome still names a task at the vendor, so that it can be found. */
export function cancelled(clip: ActiveClip): Outcome {
  return outcome(clip, 'cancelled', 'batch_cancelled', 'the batch was cancelled');
}
