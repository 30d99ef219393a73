// How many of its moments a batch can use while its slots are full. Pure: changes the state it is given.
// A batch that waits for tasks to end submits only as often as they end; others can use the other moments.
import type { UsageState } from '../../contract/carried.js';

/** Turnover is measured over at least this time, and over this many of the batch's moments. */
const WINDOW_MS = 5000;
const WINDOW_MOMENTS = 4;
const LONGEST_WINDOW_MS = 20_000;
/** A batch that has moments for few slots keeps them this long without using one. */
const KEEP_MS = 10_000;
/** Free slots should be filled within this time. */
const FILL_S = 2;
/** A batch asks for this much more than it used, so that it can catch up. */
const MARGIN = 1.25;
/** Smaller changes are not worth a message. */
const CHANGE = 1.25;
/** Moments per second. Less is either nothing or not worth a message. */
const LEAST = 0.5;

/** The current state of a batch. */
export interface UsageLook {
  /** Slots of its share that are not in use. */
  free: number;
  /** Clips it could submit now. */
  wants: number;
  /** Moments per second that it owns. */
  owns: number;
  /** Moments per second of the account. */
  accountRate: number;
}

export function newUsage(now: number): UsageState {
  return { since: now, given: 0 };
}

/** Starts a new measurement. */
export function restart(usage: UsageState, now: number): void {
  Object.assign(usage, newUsage(now));
}

/**
 * Decides how many moments per second the batch can use (`uses`): less once it used clearly less than it
 * has, none once it used none, and more as soon as slots are free that its moments would not fill in time.
 * @returns when to check again (epoch ms) even if nothing happens; Infinity if time does not help
 */
export function settleUsage(usage: UsageState, look: UsageLook, now: number): number {
  const { free, wants, owns, accountRate } = look;
  if (wants === 0) {
    restart(usage, now);
    return Infinity;
  }
  if (free > 0) {
    const enough = free / FILL_S;
    if (usage.uses === undefined || enough <= CHANGE * Math.max(owns, usage.uses)) return Infinity;
    if (enough < accountRate) usage.uses = enough;
    else delete usage.uses;
    restart(usage, now);
    return Infinity;
  }
  if (usage.uses === 0) return Infinity;
  const end = usage.since + windowMs(usage, owns);
  if (now < end) return end;
  const used = (usage.given * 1000) / (now - usage.since);
  const can = usage.given === 0 ? 0 : Math.max(MARGIN * used, LEAST);
  if (can === 0 || CHANGE * can < Math.min(owns, usage.uses ?? Infinity)) usage.uses = can;
  restart(usage, now);
  return usage.uses === 0 ? Infinity : now + windowMs(usage, owns);
}

function windowMs({ given, uses }: UsageState, owns: number): number {
  const least = uses !== undefined && given === 0 ? KEEP_MS : WINDOW_MS;
  const moments = owns === 0 ? 0 : (WINDOW_MOMENTS * 1000) / owns;
  return Math.max(least, Math.min(moments, LONGEST_WINDOW_MS));
}
