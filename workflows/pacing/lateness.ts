// How late a submission may be for its moment: a worker that stalled must not send at once all that became
// due meanwhile. Pure.

/** A machine that is not overloaded stays below this. At 20/s it lets two submissions more into a window. */
const TOLERANCE_MS = 100;
/** A fast pace keeps machines busy, and a few more submissions in a window matter less. */
const TOLERANCE_MS_PER_RATE = 5;
const MAX_SLACK = 16;
/** After this many submissions in time, the tolerance is halved again. */
const IN_TIME = 100;

/**
 * L1. Lateness never stops a batch: each wave of late submissions doubles the tolerance, until none counts
 *     as late any more (clocks of worker and server may differ).
 */
export class Lateness {
  #slack = 1;
  #since = 0;
  #inTime = 0;

  /** The latest time (epoch ms) at which a submission for this moment may leave. */
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
