// Whether to notify of a batch's pause. Pure.
import type { NotifiedPause } from '../../contract/carried.js';

export interface PauseNotice {
  /** For the next call. Part of the continue-as-new state. */
  told: NotifiedPause | undefined;
  /** Notify now. */
  due: boolean;
}

/**
 * One notification per pause, even if its reason changes. A share that crosses a refusal or a resume in
 * transit lifts the pause, or restores it, for a short time: a pause that returns for the same reason before
 * anything was submitted is the same pause.
 * @param told returned by the last call; absent before the first
 * @param reason why the batch is paused; absent = it is not
 * @param submissions of the batch so far
 */
export function pauseNotice(
  told: NotifiedPause | undefined,
  reason: string | undefined,
  submissions: number,
): PauseNotice {
  if (reason === undefined) return { told: told && { ...told, lifted: true }, due: false };
  const back = told?.reason === reason && told.submissions === submissions;
  return { told: { reason, submissions }, due: !told || (told.lifted === true && !back) };
}
