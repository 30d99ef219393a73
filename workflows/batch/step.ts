// What the steps of a batch share.
import type { BatchActivities, TaskRef } from '../../contract/activities.js';
import type { ScoreBatchInput } from '../../contract/batch.js';
import type { ActiveClip } from '../../contract/carried.js';
import type { BatchState } from './batch-state.js';
import type { Effect } from './effect.js';
import type { Membership } from '../pacing/membership.js';
import type { Work } from './work.js';

export interface StepContext {
  input: ScoreBatchInput;
  state: BatchState;
  membership: Membership;
  activities: Omit<BatchActivities, 'joinAccount'>;
  work: Work;
}

/**
 * Applies the effect of one clip's change to its batch and to the account.
 * @param begunAt when the operation that had the effect was begun; for a submission, its moment
 */
export function applyEffect(
  { state, membership }: StepContext,
  clip: ActiveClip,
  effect: Effect,
  begunAt = Date.now(),
): void {
  state.apply(clip, effect);
  if (effect.throttled) membership.throttled(effect.throttled, begunAt, Date.now());
  if (effect.denied) membership.denied(effect.denied, begunAt);
}

export function taskOf(clip: ActiveClip): TaskRef {
  if (clip.taskId === undefined) throw new Error(`B1: row ${clip.row} waits without a task id`);
  return {
    row: clip.row,
    attempt: clip.taskAttempt ?? clip.attempt,
    taskId: clip.taskId,
    ...(clip.adopted && { adopted: true }),
  };
}
