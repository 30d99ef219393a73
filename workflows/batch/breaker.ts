// Pauses a batch whose clips fail at the vendor, before it submits the rest. Pure.
import type { FailureLimit } from '../../contract/batch.js';
import type { FailureTally } from '../../contract/carried.js';

/** A percentage of fewer clips than this is not meaningful. */
const LEAST_ENDED = 20;
const SHOWN_REASONS = 3;
/** Messages are the vendor's free text; this many different ones are counted separately. */
const KEPT_REASONS = 50;

export function newTally(): FailureTally {
  return { ended: 0, failed: 0, reasons: {} };
}

/** Counts one more clip that ended, with its failure if it failed at the vendor. */
export function tally(state: FailureTally, failure?: { code: string; message: string }): void {
  state.ended += 1;
  if (!failure) return;
  state.failed += 1;
  const full = Object.keys(state.reasons).length >= KEPT_REASONS;
  const reason = `${failure.code} ${failure.message}`.trim().slice(0, 200);
  const key = full && !(reason in state.reasons) ? failure.code : reason;
  state.reasons[key] = (state.reasons[key] ?? 0) + 1;
}

/** Why the batch must pause, or undefined if it may continue. */
export function tripped(
  { ended, failed, reasons }: FailureTally,
  limit: FailureLimit | undefined,
): string | undefined {
  if (!limit || failed === 0) return undefined;
  const over =
    'clips' in limit
      ? failed >= limit.clips
      : ended >= LEAST_ENDED && failed * 100 >= limit.percent * ended;
  if (!over) return undefined;
  const top = Object.entries(reasons)
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHOWN_REASONS)
    .map(([reason, clips]) => `${clips} x ${reason}`);
  return `${failed} of ${ended} clips failed (${top.join('; ')})`;
}
