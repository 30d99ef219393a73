// How far ahead submissions are given out. Pure.

/** Enough to hide the latency of a workflow task. */
const HORIZON_MS = 1500;
/** So few moments lie in a short horizon at a slow pace that each would be an activity of its own. */
const LONGEST_HORIZON_MS = 4000;
/** Moments in a horizon, at a pace that is neither fast nor very slow. */
const MOMENTS = 4;

export interface Horizon {
  /** Submissions are given out this long before they are due at most. */
  horizonMs: number;
  /** More are given out when the next moment is this near, those of the whole horizon at once. */
  refillMs: number;
}

/**
 * A horizon holds two groups of submissions: while the second is waiting for its moments, the answer to the first
 * wakes the batch to give out the next, without a timer.
 * @param intervalMs between moments of this batch
 */
export function horizonOf(intervalMs: number): Horizon {
  const horizonMs = Math.min(Math.max(HORIZON_MS, MOMENTS * intervalMs), LONGEST_HORIZON_MS);
  // Two groups of one moment each gain nothing by being given out early.
  if (intervalMs > horizonMs / 2) return { horizonMs: HORIZON_MS, refillMs: HORIZON_MS };
  // The last moment of the first group lies up to an interval before the middle.
  return { horizonMs, refillMs: horizonMs / 2 + intervalMs };
}
