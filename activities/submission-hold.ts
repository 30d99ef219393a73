// After a refusal that concerns the whole account, submissions that wait in this worker for their moment are
// not sent: the account decides when to continue.
import type { VendorFailure } from '../contract/failure.js';

/** Long enough for the account to receive the report and to answer. */
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
