// How far ahead submissions are given out. Pure.

/** Enough to hide the latency of a workflow task, and most answers of the vendor. */
const HORIZON_MS = 1500;
/** At a pace that is neither fast nor very slow. Longer, and a batch that joins would wait too long for its share. */
const LONG_HORIZON_MS = 2000;
/** From here on, the moments of half a horizon are one or two. */
const SLOW_MS = 400;
/** Share of an interval within which answers have to come for the next group to be in time. */
const SOON = 0.6;

export interface Horizon {
  /** Submissions are given out this long before they are due at most. */
  horizonMs: number;
  /** More are given out when the next moment is this near. */
  refillMs: number;
  /** The moments of one group lie within this time. */
  groupMs: number;
}

/**
 * A horizon holds two groups: while the second waits for its moments, the answer to the first wakes the batch to give
 * out the next, without a timer. At a slow pace it holds one, whose answer comes before the next moment.
 * @param intervalMs between moments of this batch
 * @param answerMs how long answers took lately, after the last moment of their group
 */
export function horizonOf(intervalMs: number, answerMs = 0): Horizon {
  const slow = intervalMs >= SLOW_MS && 2 * intervalMs <= LONG_HORIZON_MS;
  if (slow && answerMs < intervalMs * SOON) {
    return { horizonMs: LONG_HORIZON_MS, refillMs: intervalMs, groupMs: LONG_HORIZON_MS };
  }
  const groupMs = HORIZON_MS / 2;
  // The last moment of the first group lies up to an interval before the middle.
  const refillMs = Math.min(HORIZON_MS, groupMs + intervalMs);
  return { horizonMs: HORIZON_MS, refillMs, groupMs };
}
