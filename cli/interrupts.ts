// What Ctrl-C means. Once: stop in good order. Twice: at once.
import { EXIT } from './exit-codes.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export class Interrupts {
  readonly #controller = new AbortController();
  #orderly = false;
  readonly #onSignal = (): void => {
    if (!this.#orderly || this.signal.aborted) process.exit(EXIT.detached);
    this.#controller.abort();
  };

  /** Until `beginOrderly`, a signal ends the process: there is nothing to put in order yet. */
  constructor() {
    for (const name of SIGNALS) process.on(name, this.#onSignal);
  }

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  beginOrderly(): void {
    this.#orderly = true;
  }

  /** Resolves with the first signal. */
  async happened(): Promise<void> {
    if (this.signal.aborted) return;
    await new Promise((resolve) => {
      this.signal.addEventListener('abort', resolve, { once: true });
    });
  }

  dispose(): void {
    for (const name of SIGNALS) process.off(name, this.#onSignal);
  }
}
