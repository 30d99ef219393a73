// Submissions per second, as a token bucket. Takes the time from its caller.

/** A bucket that starts full. */
export class TokenBucket {
  #tokens: number;
  #at: number;

  /** @param ratePerSecond 0 = no limit. @param burst 0 = one second's worth, at least 1. */
  constructor(
    private readonly ratePerSecond: number,
    private readonly burst: number,
    now: number,
  ) {
    this.#tokens = this.#size;
    this.#at = now;
  }

  /** Takes one token. Returns 0, or the ms until there will be one (and takes nothing). */
  take(now: number): number {
    if (this.ratePerSecond === 0) return 0;
    const gained = (Math.max(0, now - this.#at) * this.ratePerSecond) / 1000;
    this.#tokens = Math.min(this.#size, this.#tokens + gained);
    this.#at = now;
    if (this.#tokens >= 1) {
      this.#tokens--;
      return 0;
    }
    return Math.ceil(((1 - this.#tokens) * 1000) / this.ratePerSecond);
  }

  get #size(): number {
    return this.burst === 0 ? Math.max(1, this.ratePerSecond) : this.burst;
  }
}
