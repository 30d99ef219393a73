// The pieces of work that a run of a batch has under way.
import { log } from '@temporalio/workflow';

export class Work {
  running = 0;
  #failure: { error: unknown } | undefined;

  /** @param wake called when a piece of work is done */
  constructor(private readonly wake: () => void) {}

  start(piece: () => Promise<void>): void {
    this.running += 1;
    piece()
      .catch((error: unknown) => {
        log.error('the batch cannot continue', { reason: String(error) });
        this.fail(error);
      })
      .finally(() => {
        this.running -= 1;
        this.wake();
      });
  }

  /** Records why the batch cannot continue. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Throws the error of a piece of work that failed. */
  check(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
