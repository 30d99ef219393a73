// Overlap policies in our words and Temporal's.
import { ScheduleOverlapPolicy } from '@temporalio/client';
import type { Overlap } from './spec.js';

const POLICIES = {
  skip: ScheduleOverlapPolicy.SKIP,
  bufferOne: ScheduleOverlapPolicy.BUFFER_ONE,
  bufferAll: ScheduleOverlapPolicy.BUFFER_ALL,
  cancelOther: ScheduleOverlapPolicy.CANCEL_OTHER,
  allowAll: ScheduleOverlapPolicy.ALLOW_ALL,
} as const satisfies Record<Overlap, ScheduleOverlapPolicy>;

export function policyOf(overlap: Overlap): ScheduleOverlapPolicy {
  return POLICIES[overlap];
}

/** `terminateOther` is not ours to set, but others may have done it. */
export function overlapOf(policy: ScheduleOverlapPolicy | undefined): Overlap | 'terminateOther' {
  if (policy === ScheduleOverlapPolicy.TERMINATE_OTHER) return 'terminateOther';
  const words = Object.keys(POLICIES) as Overlap[];
  return words.find((word) => POLICIES[word] === policy) ?? 'skip'; // the server's own default
}
