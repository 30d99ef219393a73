// When the next submission may leave. Pure: time comes in, moments go out.
import type { Pace } from '../contract/batch.js';
import type { PaceState } from '../contract/carried.js';
import type { VendorFailure } from '../contract/failure.js';

/** Longest hold after `throttled` answers that name no time of their own. */
const MAX_HOLD_MS = 60_000;

export function newPace(now: number): PaceState {
  return { next: now, holdUntil: now, throttles: 0 };
}

/**
 * The earliest moment for the next submission, at or after `now`.
 * P1. In any window of w seconds at most `rate * w + burst` moments are given out (GCRA).
 */
export function earliest(state: PaceState, pace: Pace, now: number): number {
  const tolerance = ((pace.burst - 1) * 1000) / pace.ratePerSecond;
  return Math.max(now, state.next - tolerance, state.holdUntil);
}

/** Takes the next moment. */
export function reserve(state: PaceState, pace: Pace, now: number): number {
  const moment = earliest(state, pace, now);
  state.next = Math.max(state.next, moment) + 1000 / pace.ratePerSecond; // P1
  return moment;
}

/**
 * A `throttled` answer holds every submission: for as long as the vendor asked, else 1 s, doubled
 * with each such answer in a row. Answers to submissions that left together count once.
 */
export function slowDown(
  state: PaceState,
  now: number,
  { code, message, retryAfterMs }: Pick<VendorFailure, 'code' | 'message' | 'retryAfterMs'>,
): void {
  state.holdReason = `${code} ${message}`;
  if (retryAfterMs !== undefined) {
    state.holdUntil = Math.max(state.holdUntil, now + retryAfterMs);
  } else if (now >= state.holdUntil) {
    state.holdUntil = now + Math.min(1000 * 2 ** state.throttles, MAX_HOLD_MS);
    state.throttles += 1;
  }
}

/** An accepted submission ends the row of `throttled` answers. */
export function speedUp(state: PaceState): void {
  state.throttles = 0;
}
