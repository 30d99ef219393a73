// What one run of a batch hands to the next when it continues as new.
import type { OutcomeCounts, Outcome } from './clip.js';
import type { FailureNote } from './failure.js';
import type { Frame, Share } from './account.js';

/** A callback that named a POST whose task id is not known yet. */
export interface TaskClaim {
  attempt: number;
  taskId: string;
  /** The claimed status was a terminal one. */
  terminal: boolean;
}

export const CLIP_PHASES = ['ready', 'submitting', 'unresolved', 'waiting', 'ended'] as const;

/**
 * Where a clip stands between its first turn and its outcome.
 *
 * - `ready`: to be submitted, not before `notBefore`.
 * - `submitting`: its POST is under way.
 * - `unresolved`: the POST's outcome is unknown; until `notBefore` its callback may still name the task.
 * - `waiting`: `taskId` is at the vendor; to be asked about at `askAt`.
 * - `ended`: the vendor confirmed success; the soundtrack is to be downloaded, not before `notBefore`.
 */
export type ClipPhase = (typeof CLIP_PHASES)[number];

/** One clip in the window. Times are epoch ms. */
export interface ActiveClip {
  row: number;
  phase: ClipPhase;
  /** POSTs made or under way. */
  attempt: number;
  notBefore: number;
  /** The task at the vendor, or the last one that was. */
  taskId?: string;
  /** The attempt whose POST made `taskId`. */
  taskAttempt?: number;
  /** An activity works on it: the vendor is being asked, or the soundtrack downloaded. */
  busy?: boolean;
  /** When a callback said that the task is over. */
  hintedAt?: number;
  askAt?: number;
  /** When the task is given up. */
  deadline?: number;
  /** Attempts whose outcome was never learned. */
  orphans?: number[];
  claims?: TaskClaim[];
  /** The task id came from a callback, not from the vendor's answer to the POST. */
  adopted?: boolean;
  /** The task is of an earlier round: if it came to nothing, that counts for nothing. */
  earlier?: true;
  possibleDuplicate?: boolean;
  /** Failures of class `retry` in a row, of the submission. */
  retries?: number;
  /** Tasks that ended as failed (4). */
  failedEnds?: number;
  /** Tasks that ended as timed out (6). */
  timedOutEnds?: number;
  /** A download of the present task was begun, so some of its files may be there. */
  begun?: true;
  /** Its soundtrack comes slowly: it is downloaded apart from others. */
  slow?: true;
  /** Queries or downloads of the present task that failed in a row. */
  troubles?: number;
}

/** What a batch may still use of its account's timeline. */
export interface MomentState {
  /** Absent = none yet. */
  frame?: Frame;
  /** The next frame; until it starts, moments of the present one are still the batch's. */
  upcoming?: Frame;
  /** The account is changing the timeline: no moment until it names the new one. */
  stopped: boolean;
  /** Every moment used lies at least an interval before this (epoch ms). */
  next: number;
}

/** How a batch stands with its account. */
export interface MembershipState {
  joined: boolean;
  /** Run in which it joined anew after a reset; absent before the first one. */
  run?: string;
  /** The newest share; absent before the first. */
  share?: Share;
  moments: MomentState;
  /** Held by an answer that the account has not decided on yet. */
  held?: { until: number; reason: string };
  /** The vendor denied access; stands until someone has resumed the account. */
  denied?: string;
  /** When the account was last resumed, as far as the batch knows (epoch ms). */
  resumedAt?: number;
  /** The last report to the account, and when it was sent. */
  told: { held: number; wants: number; at: number; uses?: number };
  /** How much of its moments it uses; absent before the first share. */
  usage?: UsageState;
}

/** What a batch that shares its account uses of its moments. */
export interface UsageState {
  /** Measured since (epoch ms). */
  since: number;
  /** Moments given out since then. */
  given: number;
  /** Moments a second it can use; absent = as many as it gets. */
  uses?: number;
}

/** Failures at the vendor since the start or the last resume. */
export interface FailureTally {
  ended: number;
  failed: number;
  /** Code and message -> clips. */
  reasons: Record<string, number>;
}

/** The pause that was notified last, as last seen. */
export interface ToldPause {
  reason: string;
  /** Of the batch by then. */
  submissions: number;
  /** It is not paused any more. */
  lifted?: true;
}

export interface CarriedState {
  startedAt: number;
  /** Next position of the selection to prepare. */
  cursor: number;
  /** Prepared rows not yet taken, as [first, last] pairs. */
  fresh: [number, number][];
  clips: ActiveClip[];
  /** Outcomes not yet recorded. */
  unrecorded: Outcome[];
  membership: MembershipState;
  tally: FailureTally;
  counts: OutcomeCounts;
  submissions: number;
  /** Submissions whose outcome was never learned; each may have been charged. */
  unknown?: number;
  warnings: number;
  /** Number of the next outcome segment. */
  segment: number;
  lastFailures: FailureNote[];
  /** This batch alone. */
  pause?: string;
  /** The cap is reached: rows not begun are left out. */
  capped?: true;
  /** The pause that the last notification was about. */
  pauseTold?: ToldPause;
  /** The search attribute of its status, as said last. */
  said?: string;
}
