// When the vendor accepted the tasks that this process submitted, for the time that they wait there.
import { keepNewest } from '../store/keep-newest.js';
import { isMetered } from './meter.js';

/** Some 100 bytes each. Past it the oldest are forgotten, and not counted. */
const MOST = 50_000;
const acceptedAt = new Map<string, number>();

/** The vendor has just accepted the task. */
export function noteAccepted(taskId: string): void {
  if (!isMetered()) return;
  keepNewest(acceptedAt, taskId, Date.now(), MOST);
}

/** Time since the task was accepted, told once; undefined for tasks that another process submitted. */
export function takeWait(taskId: string): number | undefined {
  const at = acceptedAt.get(taskId);
  acceptedAt.delete(taskId);
  return at === undefined ? undefined : Date.now() - at;
}
