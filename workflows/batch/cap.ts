// The hard limit of a round's submissions, and what happens to the clips beyond it. Pure.
//
// M1. Submissions under way, accepted and of unknown outcome never sum to more than the cap.
import type { SubmissionCap } from '../../contract/batch.js';
import type { ActiveClip } from '../../contract/carried.js';
import { settle, type Effect } from './effect.js';

/** Submissions that cost money, or may have. */
export interface Spent {
  submissions: number;
  unknown: number;
}

/** How many more submissions may be begun while this many are under way. */
export function leftOf(cap: SubmissionCap | undefined, spent: Spent, submitting: number): number {
  if (!cap) return Infinity;
  return cap.submissions - spent.submissions - spent.unknown - submitting;
}

/** The cap as a message. */
export function capText({ submissions, code }: SubmissionCap): string {
  return code === 'budget_reached'
    ? `the budget allows ${submissions} submissions, and they were made`
    : `the limit of ${submissions} submissions is reached`;
}

/** Ends a clip that waits to be submitted and that the cap no longer allows. */
export function leaveOut(clip: ActiveClip, cap: SubmissionCap): Effect {
  const paid = clip.orphans?.length || clip.failedEnds || clip.timedOutEnds;
  return paid
    ? settle(clip, 'failed', cap.code, `an earlier submission had no result, and ${capText(cap)}`)
    : settle(clip, 'skipped', cap.code, capText(cap));
}
