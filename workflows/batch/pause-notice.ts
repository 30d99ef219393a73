// Whether to notify of a batch's pause. Pure.
import type { ToldPause } from '../../contract/carried.js';

export interface PauseNotice {
  /** For the next look. Carried into the batch's next run. */
  told: ToldPause | undefined;
  /** Notify now. */
  due: boolean;
}

/**
 * One notice a pause, whatever becomes of its reason meanwhile. A share that crosses a refusal or a resume
 * on its way lifts the pause, or brings it back, for a moment: back for the same reason before anything was
 * submitted, it is the same pause.
 * @param told of the last look; absent before the first
 * @param reason why the batch is paused; absent = it is not
 * @param submissions of the batch so far
 */
export function pauseNotice(
  told: ToldPause | undefined,
  reason: string | undefined,
  submissions: number,
): PauseNotice {
  if (reason === undefined) return { told: told && { ...told, lifted: true }, due: false };
  const back = told?.reason === reason && told.submissions === submissions;
  return { told: { reason, submissions }, due: !told || (told.lifted === true && !back) };
}
