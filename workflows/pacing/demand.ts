// When a batch must report to its account. Pure. While no other batch wants the account, it only answers
// shares, so that a clip costs no message.
import type { Share } from '../../contract/account.js';
import type { MembershipState } from '../../contract/carried.js';

/** What a batch uses and could use of its account now. */
export interface Demand {
  /** Tasks at the vendor, including submissions given out. */
  held: number;
  /** Clips it could submit now. */
  wants: number;
  /** More clips can be submitted once they are prepared. */
  moreToCome: boolean;
}

/** Less urgent changes are reported at most this often. */
const TELL_MS = 1000;
/** How long to wait for rows being prepared before the share is given up. */
const STARVED_MS = 3000;

/** When to report (epoch ms; the past = now); Infinity = nothing to report. */
export function reportDue(
  { told }: MembershipState,
  share: Share,
  { held, wants, moreToCome }: Demand,
  starvedSince: number,
): number {
  if (!share.contended) return Infinity;
  const wantsAgain = wants > 0 && told.wants === 0;
  const givesBack = told.held > share.slots && held < told.held;
  if (wantsAgain || givesBack) return 0;
  if (wants === 0 && told.wants > 0) return moreToCome ? starvedSince + STARVED_MS : 0;
  const need = held + wants;
  const toldNeed = told.held + told.wants;
  const usesLess = need < Math.min(toldNeed, share.slots) && !moreToCome;
  const usesMore = need > toldNeed && toldNeed <= share.slots;
  return usesLess || usesMore ? told.at + TELL_MS : Infinity;
}

/** When to report a change in the moments that can be used: at once if none could be used before. */
export function usesDue({ told }: Pick<MembershipState, 'told'>): number {
  return told.uses === 0 ? 0 : told.at + TELL_MS;
}
