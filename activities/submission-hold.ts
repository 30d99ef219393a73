// After a refusal that concerns the whole account, submissions that wait here for their moment do not
// leave any more: the account decides when to go on.
import type { VendorFailure } from '../contract/failure.js';

/** Enough for the account to hear of it and to answer. */
const HOLD_MS = 1000;

export class SubmissionHold {
  #until = 0;

  get active(): boolean {
    return Date.now() < this.#until;
  }

  note({ class: kind, retryAfterMs }: VendorFailure): void {
    if (kind !== 'throttled' && kind !== 'denied') return;
    this.#until = Math.max(this.#until, Date.now() + Math.min(retryAfterMs ?? HOLD_MS, HOLD_MS));
  }
}
