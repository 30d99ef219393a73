// How many tasks each batch of an account may have at the vendor. Pure, except that it sets `lowered`.
//
// G1. The slots that batches may be using never sum to more than the cap: a smaller share counts only
//     once its batch has acknowledged it, a larger one is given only from what is free.
import type { AccountState, MemberState } from '../../contract/account.js';
import { shareOut, WEIGHTS } from './shares.js';

/** Slots by batch. Busy batches, to which a share is being sent, keep theirs. */
export function settleSlots(
  state: AccountState,
  isBusy: (batch: string) => boolean,
  now: number,
): Map<string, number> {
  const { limits } = state;
  const members = state.members.filter(({ evicted }) => evicted === undefined);
  const targets = shareOut(
    limits.maxInFlight,
    members.map(({ batch, priority, held, wants }) => ({
      batch,
      weight: WEIGHTS[priority],
      wants: members.length === 1 ? Infinity : held + wants,
    })),
  );
  const granted = new Map(members.map(({ batch, share }) => [batch, share?.slots ?? 0]));
  for (const member of members) {
    const target = targets.get(member.batch) ?? 0;
    const has = granted.get(member.batch) ?? 0;
    if (target >= has || isBusy(member.batch)) continue;
    // The share that lowers the slots will have a later version than all shares before.
    const at = member.lowered?.at ?? now;
    member.lowered = { version: state.version + 1, from: bound(member), at };
    granted.set(member.batch, target);
  }
  let free = limits.maxInFlight - members.reduce((sum, member) => sum + bound(member), 0); // G1
  for (const member of members.toSorted((a, b) => WEIGHTS[b.priority] - WEIGHTS[a.priority])) {
    const has = granted.get(member.batch) ?? 0;
    const target = targets.get(member.batch) ?? 0;
    if (target <= has || member.lowered || isBusy(member.batch)) continue;
    const kept = Math.min(target, Math.max(has, member.held)); // not free: in use
    const more = Math.max(0, Math.min(target - kept, free));
    granted.set(member.batch, kept + more);
    free -= more;
  }
  return granted;
}

/** The most slots a batch may be using, as far as the account can know. */
export function bound({ share, held, lowered }: MemberState): number {
  return Math.max(share?.slots ?? 0, held, lowered?.from ?? 0);
}
