// How an account reacts to `throttled`: it holds every submission, halves its rate, and raises it again in
// steps. Pure: changes the state it is given.
import type { MemberReport, SpeedState } from '../../contract/account.js';

/** Longest hold after `throttled` answers without a Retry-After. */
const MAX_HOLD_MS = 60_000;
/** A `throttled` answer this long after the last hold counts as the first in a row again. */
const QUIET_MS = 10_000;
const LEAST_FACTOR = 1 / 16;
/** Each step restores this part of the configured rate. */
const STEP = 1 / 8;
const STEP_MS = 10_000;

type Throttled = NonNullable<MemberReport['throttled']>;

export function fullSpeed(): SpeedState {
  return { factor: 1, holdUntil: 0, since: 0, inARow: 0 };
}

/**
 * T1. A `throttled` answer holds every submission for as long as the vendor asked, else for 1 s, doubled
 *     with each such answer in a row. An answer without a Retry-After, or one that is not the first in a row,
 *     also halves the rate. Answers to submissions given out before a slowdown belong to that slowdown.
 */
export function slowDown(speed: SpeedState, failure: Throttled, now: number): void {
  const { code, message, retryAfterMs, moment } = failure;
  const quiet = now > speed.holdUntil + QUIET_MS;
  speed.reason = `${code} ${message}`;
  if (retryAfterMs !== undefined) speed.holdUntil = Math.max(speed.holdUntil, now + retryAfterMs);
  if (moment < speed.since) return;
  speed.inARow = quiet ? 1 : speed.inARow + 1;
  speed.since = now;
  if (retryAfterMs === undefined) {
    const hold = Math.min(1000 * 2 ** (speed.inARow - 1), MAX_HOLD_MS);
    speed.holdUntil = Math.max(speed.holdUntil, now + hold);
  }
  // An unreachable vendor does not mean that the pace is too fast.
  const tooFast = !code.startsWith('network_');
  if (tooFast && (retryAfterMs === undefined || speed.inARow > 1)) {
    speed.factor = Math.max(speed.factor / 2, LEAST_FACTOR);
  }
  if (speed.factor < 1) speed.nextStep = speed.holdUntil + STEP_MS;
}

/** Raises the rate by the steps that are due. */
export function speedUp(speed: SpeedState, now: number): void {
  while (speed.nextStep !== undefined && now >= speed.nextStep) {
    speed.factor = Math.min(1, speed.factor + STEP);
    if (speed.factor < 1) speed.nextStep += STEP_MS;
    else delete speed.nextStep;
  }
}
