// The arithmetic of a plan. Pure.
import type { SubmissionCap } from '../contract/batch.js';
import type { Pace } from '../contract/account.js';

/** Clips usually take 1-3 minutes [docs/vendor-api.md: Service, T]. */
const TASK_MS = 120_000;
/** The simulator's tasks take 1.5-4 s unless it is set otherwise. */
const SIMULATED_TASK_MS = 2750;

/** The clips that a cap leaves out; undefined if none. */
export function leftOutOf(
  wanted: number,
  cap: SubmissionCap | undefined,
): { clips: number; cap: SubmissionCap } | undefined {
  if (!cap || wanted <= cap.submissions) return undefined;
  return { clips: wanted - cap.submissions, cap };
}

/**
 * How long so many submissions take an account that does nothing else: the last one goes out when the
 * rate lets it, or when those before it have left a slot, and then takes its time.
 */
export function expectedMs(submissions: number, pace: Pace, simulated: boolean): number {
  if (submissions === 0) return 0;
  const taskMs = simulated ? SIMULATED_TASK_MS : TASK_MS;
  const { ratePerSecond, burst, maxInFlight } = pace;
  const byRate = (Math.max(0, submissions - burst) / ratePerSecond) * 1000 + taskMs;
  const bySlots = Math.ceil(submissions / maxInFlight) * taskMs;
  return Math.round(Math.max(byRate, bySlots));
}

/** How long after the start of its batch a row's clip is submitted, at the earliest. */
export function submissionMs(row: number, pace: Pace): number {
  return expectedMs(row + 1, pace, false) - TASK_MS;
}
