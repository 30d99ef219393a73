// What can go wrong at the vendor, in four classes.

export const FAILURE_CLASSES = ['retry', 'throttled', 'rejected', 'denied'] as const;

/**
 * - `retry`: try again after a backoff, a few times.
 * - `throttled`: obey Retry-After; never counts against the clip.
 * - `rejected`: this clip fails permanently.
 * - `denied`: authentication or credit; the batch pauses until someone resumes it.
 */
export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** A refusal known to have cost nothing, or a failed query. */
export interface VendorFailure {
  class: FailureClass;
  /** The vendor's code, `http_<status>`, or one of Reelscore's own (docs/errors.md). */
  code: string;
  message: string;
  /** From a Retry-After header. */
  retryAfterMs?: number;
}

/** One clip that did not succeed, for people. */
export interface FailureNote {
  row: number;
  id: string;
  code: string;
  message: string;
}
