// One durable timer for everything that becomes due at some time. A timer costs history, so one that is due
// earlier than needed is left to fire, and the workflow then checks its state again.
import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';

/** The server limits the length of timers; one that fires early does no harm. */
const LONGEST_MS = 30 * 24 * 60 * 60 * 1000;

export class Alarm {
  #scope: CancellationScope | undefined;
  #at = Infinity;

  constructor(private readonly ring: () => void) {}

  /** Fires at `at` or earlier. */
  setFor(at: number, now: number): void {
    if (at >= this.#at || at === Infinity) return;
    this.cancel();
    this.#at = at;
    const scope = new CancellationScope({ cancellable: true });
    this.#scope = scope;
    scope
      .run(() => sleep(Math.min(Math.max(1, at - now), LONGEST_MS)))
      .then(() => {
        if (this.#scope !== scope) return;
        this.#at = Infinity;
        this.#scope = undefined;
        this.ring();
      })
      .catch((error: unknown) => {
        if (!isCancellation(error)) throw error;
      });
  }

  cancel(): void {
    this.#scope?.cancel();
    this.#scope = undefined;
    this.#at = Infinity;
  }
}
