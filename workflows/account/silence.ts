// Which batches of an account do not answer, and how long their slots are kept for them. Pure.
//
// G4. A batch that does not answer keeps its slots for as long as it would wait for a task that it may have
//     submitted. After that, or on request, it is evicted. It comes back with nothing.
import type { AccountState, MemberState } from '../../contract/account.js';
import { GIVEN_OUT_MS, STALLED_MS } from './timeline.js';

/** Used if a batch has not reported its own; the default of the setting. */
const TASK_TIMEOUT_MS = 24 * 60 * 60 * 1000;

/** Whether a batch has not acknowledged a smaller share in time. */
export function isSilent({ lowered, silentSince, evicted }: MemberState, now: number): boolean {
  if (silentSince !== undefined || evicted !== undefined) return false;
  return lowered !== undefined && now >= lowered.at + STALLED_MS;
}

/** When the slots of a silent batch go to others (epoch ms); Infinity for one that answers. */
export function silentUntil({ silentSince, taskTimeoutMs = TASK_TIMEOUT_MS }: MemberState): number {
  return silentSince === undefined ? Infinity : silentSince + taskTimeoutMs + GIVEN_OUT_MS;
}

/** When to check it again (epoch ms). */
export function silenceDue(member: MemberState): number {
  if (member.silentSince !== undefined) return silentUntil(member);
  return member.lowered ? member.lowered.at + STALLED_MS : Infinity;
}

/** Why a batch cannot be evicted, as a message; other programs may send anything. */
export function evictionFault({ members }: AccountState, batch: unknown): string | undefined {
  if (typeof batch !== 'string' || batch === '') return 'no batch is named (give its id)';
  const member = members.find((one) => one.batch === batch);
  if (!member) return `the batch ${batch} does not use this account`;
  if (member.evicted !== undefined) return `the batch ${batch} is evicted already`;
  if (member.silentSince !== undefined) return undefined;
  return `the batch ${batch} has not been silent for long enough (pause or cancel it if it answers; if not, that is detected within a minute: reelscore status)`;
}
