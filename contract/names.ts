// Names on the Temporal wire. Changing one breaks running batches.

export const SCORE_BATCH_WORKFLOW = 'scoreBatch';
export const TASK_CALLBACKS_SIGNAL = 'taskCallbacks';
export const PAUSE_SIGNAL = 'pause';
export const RESUME_SIGNAL = 'resume';
export const PROGRESS_QUERY = 'progress';

/** Batches of the simulator's account never reach a worker that holds real keys. */
export const SIMULATOR_ACCOUNT = 'simulator';

/** Task queue of one account's batches: the workers that poll it hold that account's keys. */
export function taskQueueOf(account: string): string {
  return `reelscore-${account}`;
}
