// How late a submission may be for its moment: a worker that was away must not send all at once what
// was due meanwhile. Pure.

/** What an unburdened machine keeps easily. At 20/s it lets two submissions more into a window. */
const TOLERANCE_MS = 100;
/** A fast pace keeps machines busy, and some submissions more in a window matter less. */
const TOLERANCE_MS_PER_RATE = 5;
const MAX_SLACK = 16;
/** So many in time end the patience that a late one caused. */
const IN_TIME = 100;

/**
 * L1. Lateness never stops a batch: each wave of late submissions doubles the tolerance, and at its end
 *     none is late any more (clocks of worker and server may differ).
 */
export class Lateness {
  #slack = 1;
  #since = 0;
  #inTime = 0;

  /** Until when (epoch ms) a submission for this moment may leave. */
  notAfter(moment: number, ratePerSecond: number): number {
    if (this.#slack > MAX_SLACK) return Number.MAX_SAFE_INTEGER;
    return moment + Math.max(TOLERANCE_MS, TOLERANCE_MS_PER_RATE * ratePerSecond) * this.#slack;
  }

  late(moment: number, now: number): void {
    this.#inTime = 0;
    if (moment < this.#since) return;
    this.#slack = Math.min(this.#slack * 2, MAX_SLACK * 2);
    this.#since = now;
  }

  inTime(): void {
    this.#inTime += 1;
    if (this.#inTime < IN_TIME) return;
    this.#inTime = 0;
    this.#slack = Math.max(1, this.#slack / 2);
  }
}
