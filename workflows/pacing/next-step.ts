// What a run of a batch does next. Pure.

export interface Standing {
  /** The batch was cancelled. */
  cancelling: boolean;
  /** Every row has its outcome on disk, and nothing is under way. */
  settled: boolean;
  /** This run has begun to drain, now or earlier. */
  draining: boolean;
  /** Nothing is under way, and no report to the account is due. */
  quiet: boolean;
  /** A signal is likely to arrive before this workflow task ends, and has not been waited for yet. */
  signalNear: boolean;
}

/**
 * - `work`: begin what may begin, then wait for an event.
 * - `drain`: begin nothing, wait for what is under way.
 * - `linger`: nothing is under way; wait briefly for the signal that is likely to arrive.
 * - `continue`: continue as new, in this workflow task and without waiting for anything.
 * - `end`: write the results.
 */
export type NextStep = 'work' | 'drain' | 'linger' | 'continue' | 'end';

/**
 * B3. Call after every wait, whatever was decided before it: a signal or a cancellation may have arrived.
 * A cancelled batch never continues as new, because its next run would not know of the cancellation.
 */
export function nextStep(standing: Standing): NextStep {
  const { cancelling, settled, draining, quiet, signalNear } = standing;
  if (settled) return quiet ? 'end' : 'drain';
  if (cancelling || !draining) return 'work';
  if (!quiet) return 'drain';
  return signalNear ? 'linger' : 'continue';
}
