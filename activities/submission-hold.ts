// After a refusal that concerns the whole account, submissions that wait in this worker for their moment are
// not sent: the account decides when to continue.
import { setTimeout as sleep } from 'node:timers/promises';
import type { VendorFailure } from '../contract/failure.js';

/** Long enough for the account to receive the report and to answer. */
const HOLD_MS = 1000;

export class SubmissionHold {
  #until = 0;
  readonly #waiting = new Set<AbortController>();

  get active(): boolean {
    return Date.now() < this.#until;
  }

  note({ class: kind, retryAfterMs }: VendorFailure): void {
    if (kind !== 'throttled' && kind !== 'denied') return;
    this.#until = Math.max(this.#until, Date.now() + Math.min(retryAfterMs ?? HOLD_MS, HOLD_MS));
    for (const waiting of this.#waiting) waiting.abort();
  }

  /**
   * Resolves at a moment (epoch ms), never before it, or as soon as submissions are held.
   * @throws AbortError when the signal is aborted
   */
  async wait(moment: number, signal: AbortSignal): Promise<void> {
    // Timers may fire a little early.
    for (let left = moment - Date.now(); left > 0 && !this.active; left = moment - Date.now()) {
      const held = new AbortController();
      this.#waiting.add(held);
      try {
        await sleep(Math.ceil(left), undefined, { signal: AbortSignal.any([signal, held.signal]) });
      } catch (error) {
        if (signal.aborted) throw error;
      } finally {
        this.#waiting.delete(held);
      }
    }
  }
}
