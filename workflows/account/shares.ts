// How a limit is shared among batches that want it. Pure.
import type { Priority } from '../../contract/account.js';

/** The shares of two batches that both want more are proportional to their weights. */
export const WEIGHTS: Record<Priority, number> = { urgent: 12, normal: 4, background: 1 };

/** One batch that wants a part of the limit. */
export interface ShareClaim {
  batch: string;
  weight: number;
  /** The most that it can use. */
  wants: number;
}

/**
 * Weighted max-min shares in whole units: what one batch does not want goes to the others; while there
 * are units, every batch that wants one gets at least one. The sum never exceeds `total`.
 */
export function shareOut(total: number, claims: ShareClaim[]): Map<string, number> {
  const shares = new Map(claims.map(({ batch }) => [batch, 0]));
  for (let left = total; left > 0; left -= 1) {
    let next: ShareClaim | undefined;
    let least = Infinity;
    for (const claim of claims) {
      const has = shares.get(claim.batch) ?? 0;
      if (has >= claim.wants) continue;
      const filled = has === 0 ? -claim.weight : has / claim.weight;
      if (filled < least) [next, least] = [claim, filled];
    }
    if (!next) break;
    shares.set(next.batch, (shares.get(next.batch) ?? 0) + 1);
  }
  return shares;
}

/**
 * One turn of moments: each batch as often as its weight, spread evenly (smooth weighted round robin,
 * as nginx chooses among servers).
 */
export function turnOf(claims: Pick<ShareClaim, 'batch' | 'weight'>[]): string[] {
  const divisor = claims.reduce((common, { weight }) => greatestCommon(common, weight), 0);
  const members = claims.map(({ batch, weight }) => ({
    batch,
    weight: weight / divisor,
    credit: 0,
  }));
  const sum = members.reduce((total, { weight }) => total + weight, 0);
  const turn: string[] = [];
  while (turn.length < sum) {
    for (const member of members) member.credit += member.weight;
    const [first] = members.toSorted((a, b) => b.credit - a.credit);
    if (!first) break;
    first.credit -= sum;
    turn.push(first.batch);
  }
  return turn;
}

function greatestCommon(a: number, b: number): number {
  return b === 0 ? a : greatestCommon(b, a % b);
}
