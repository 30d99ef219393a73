// What arrival times at the vendor say about a pace. Pure; all times are epoch ms, in order.

export interface PaceLimit {
  ratePerSecond: number;
  /** Submissions that may go out at once after an idle time. */
  burst: number;
}

/** Workers start, connections open: not what is measured. */
export const WARM_UP_MS = 2000;

/** The arrivals from so many ms after the first one. */
export function steadyPart(arrivals: readonly number[], skipMs = WARM_UP_MS): number[] {
  const [first] = arrivals;
  return first === undefined ? [] : arrivals.filter((at) => at >= first + skipMs);
}

/** Arrivals per second, counted between the first and the last. @throws Error on less than two */
export function rateOf(arrivals: readonly number[]): number {
  const [first, last] = [arrivals[0], arrivals.at(-1)];
  if (first === undefined || last === undefined || first === last) {
    throw new Error(`${arrivals.length} arrivals have no rate (score more clips)`);
  }
  return ((arrivals.length - 1) * 1000) / (last - first);
}

/**
 * The lowest rate over any window that begins with an arrival, is at least `windowMs` long and ends
 * with the next arrival; of a shorter run, its rate. From arrival to arrival, because counting in
 * windows of a fixed length is one off either way: 3% of 30 s at 1/s.
 */
export function lowestRate(arrivals: readonly number[], windowMs: number): number {
  let lowest: number | undefined;
  let end = 0;
  arrivals.forEach((start, i) => {
    while (end < arrivals.length && arrivals[end]! - start < windowMs) end += 1;
    const last = arrivals[end];
    if (last === undefined) return;
    lowest = Math.min(lowest ?? Infinity, ((end - i) * 1000) / (last - start));
  });
  return lowest ?? rateOf(arrivals);
}

/**
 * By how many submissions a pace was overrun at worst: the most that any window of length w holds
 * beyond rate * (w + allowance) + burst, both ends included; 0 if none does.
 * @param allowanceMs for the way to the vendor: submissions that leave evenly arrive unevenly
 */
export function worstOverrun(
  arrivals: readonly number[],
  { ratePerSecond, burst }: PaceLimit,
  allowanceMs = 0,
): number {
  const perMs = ratePerSecond / 1000;
  let worst = 0;
  // Of the windows that end with arrival j, the one that begins where i - rate * at is least.
  let least = Infinity;
  arrivals.forEach((at, i) => {
    // Since the first one: epoch times would cost the digits that count.
    const line = i - perMs * (at - arrivals[0]!);
    least = Math.min(least, line);
    worst = Math.max(worst, line - least + 1 - perMs * allowanceMs - burst);
  });
  return worst;
}
