// Whether a batch stays as fast as it began, from the times its submissions arrived. Pure; times are
// epoch ms, in order.

export interface Steadiness {
  /** Clips per second in each tenth of the batch. */
  tenths: number[];
  /** Time per clip in the last thousand clips, as a multiple of that in the first thousand. */
  lastThousandOverFirst: number;
  /** The same of the last tenth and the second, by which time the code is compiled. */
  lastTenthOverSecond: number;
}

const THOUSAND = 1000;

/** @throws Error on fewer than 100 arrivals */
export function steadinessOf(arrivals: readonly number[]): Steadiness {
  const { length } = arrivals;
  if (length < 100) throw new Error(`${length} arrivals say nothing of steadiness`);
  /** Milliseconds from one arrival to another. */
  const between = (from: number, to: number): number => arrivals[to]! - arrivals[from]!;
  const edges = Array.from({ length: 11 }, (_, n) => Math.round((n * (length - 1)) / 10));
  const tenths = edges.slice(1).map((to, n) => ((to - edges[n]!) * 1000) / between(edges[n]!, to));
  // A small batch has no two thousands; its halves then.
  const part = Math.min(THOUSAND, Math.floor((length - 1) / 2));
  const last = length - 1;
  return {
    tenths,
    lastThousandOverFirst: between(last - part, last) / between(0, part),
    lastTenthOverSecond: tenths[1]! / tenths[9]!,
  };
}
