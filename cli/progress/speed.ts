// How fast clips get done, over the last while, and when the rest will be.

/** Long enough to even out groups, short enough to follow a change of pace. */
const WINDOW_MS = 30_000;
/** A first guess from less would jump about. */
const LEAST_MS = 3000;

export class Speed {
  readonly #samples: { at: number; done: number }[] = [];

  /** @param at ms, of any clock that does not jump */
  note(done: number, at: number): void {
    const last = this.#samples.at(-1);
    if (last && done < last.done) this.#samples.length = 0; // another round
    this.#samples.push({ at, done });
    while (this.#samples.length > 2 && at - (this.#samples[1]?.at ?? at) >= WINDOW_MS) {
      this.#samples.shift();
    }
  }

  /** Clips per second; undefined while it is not known. */
  perSecond(): number | undefined {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.at - first.at < LEAST_MS) return undefined;
    return ((last.done - first.done) * 1000) / (last.at - first.at);
  }

  /** Until `open` more clips are done, in ms. */
  remainingMs(open: number): number | undefined {
    const speed = this.perSecond();
    return speed === undefined || speed === 0 ? undefined : (open * 1000) / speed;
  }
}
