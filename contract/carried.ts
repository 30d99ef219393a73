// The continue-as-new state of a batch: what one run hands to the next.
import type { OutcomeCounts, Outcome } from './clip.js';
import type { FailureNote } from './failure.js';
import type { Frame, Share } from './account.js';

/** A callback for a POST whose task id is not known yet. */
export interface TaskClaim {
  attempt: number;
  taskId: string;
  /** The claimed status was a terminal one. */
  terminal: boolean;
}

export const CLIP_PHASES = ['ready', 'submitting', 'unresolved', 'waiting', 'ended'] as const;

/**
 * State of a clip in the window, from before its first submission until it has its outcome.
 *
 * - `ready`: to be submitted, not before `notBefore`.
 * - `submitting`: its POST is under way.
 * - `unresolved`: the POST's outcome is unknown; until `notBefore` its callback may still name the task.
 * - `waiting`: `taskId` is at the vendor; to be queried at `askAt`.
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
  /** The task at the vendor, or the last one that was there. */
  taskId?: string;
  /** The attempt whose POST created `taskId`. */
  taskAttempt?: number;
  /** An activity is working on it: it queries the vendor, or downloads the soundtrack. */
  busy?: boolean;
  /** When a callback reported that the task has ended. */
  hintedAt?: number;
  askAt?: number;
  /** When the task is given up. */
  deadline?: number;
  /** Attempts whose outcome was never learned. */
  orphans?: number[];
  claims?: TaskClaim[];
  /** The task id came from a callback, not from the vendor's answer to the POST. */
  adopted?: boolean;
  /** The task is of an earlier round: its failure does not count against the clip. */
  earlier?: true;
  possibleDuplicate?: boolean;
  /** Consecutive failures of class `retry` of the submission. */
  retries?: number;
  /** Tasks that ended as failed (4). */
  failedEnds?: number;
  /** Tasks that ended as timed out (6). */
  timedOutEnds?: number;
  /** A download of the current task was started, so some of its files may exist. */
  begun?: true;
  /** Its soundtrack downloads slowly, so it is downloaded separately from the others. */
  slow?: true;
  /** Consecutive failures of queries or downloads of the current task. */
  troubles?: number;
}

/** What a batch may still use of its account's timeline. */
export interface MomentState {
  /** Absent = none yet. */
  frame?: Frame;
  /** The next frame; until it starts, the batch keeps its moments of the current one. */
  upcoming?: Frame;
  /** The account is changing the timeline: no moment may be used until the new frame arrives. */
  stopped: boolean;
  /** Every moment used lies at least one interval before this (epoch ms). */
  next: number;
}

/** State of a batch's membership in its account. */
export interface MembershipState {
  joined: boolean;
  /** Run in which it rejoined after a reset; absent before the first reset. */
  run?: string;
  /** The newest share; absent before the first. */
  share?: Share;
  moments: MomentState;
  /** Hold after a `throttled` answer that the account has not handled yet. */
  held?: { until: number; reason: string };
  /** Why the vendor denied access; kept until the account is resumed. */
  denied?: string;
  /** When the account was last resumed, as far as the batch knows (epoch ms). */
  resumedAt?: number;
  /** The last report to the account, and when it was sent. */
  told: { held: number; wants: number; at: number; uses?: number };
  /** How much of its moments it uses; absent before the first share. */
  usage?: UsageState;
}

/** How many of its moments a batch uses while it shares its account. */
export interface UsageState {
  /** Start of the measurement (epoch ms). */
  since: number;
  /** Moments given out since then. */
  given: number;
  /** Moments per second it can use; absent = all it gets. */
  uses?: number;
}

/** Failures at the vendor since the start or the last resume. */
export interface FailureTally {
  ended: number;
  failed: number;
  /** Code and message -> number of clips. */
  reasons: Record<string, number>;
}

/** The pause that was last notified, as last seen. */
export interface NotifiedPause {
  reason: string;
  /** Submissions of the batch by then. */
  submissions: number;
  /** The batch is no longer paused. */
  lifted?: true;
}

export interface CarriedState {
  startedAt: number;
  /** Next position of the selection to prepare. */
  cursor: number;
  /** Prepared rows not yet taken, as [first, last] pairs. */
  fresh: [number, number][];
  /** Probed rows to be fitted, as [first, last] pairs; absent = none. */
  unfitted?: [number, number][];
  /** Rows with cues, and how many of each have not ended; absent = none. */
  cues?: [row: number, open: number][];
  /** Rows all of whose cues have ended; absent = none. */
  joins?: number[];
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
  /** Why this batch alone is paused. */
  pause?: string;
  /** The cap is reached: rows not begun are left out. */
  capped?: true;
  /** The pause that the last notification was about. */
  pauseTold?: NotifiedPause;
  /** The last value set for its status search attribute. */
  said?: string;
}

/** The values of one field, one for each object of a table. */
export type Column =
  /** Whole numbers, each as the difference to the one before; a text is another number, written out. */
  | { steps: (number | string)[] }
  /** Texts that occur often: positions in `texts`, as `steps`. */
  | { texts: string[]; steps: (number | string)[] }
  | { values: unknown[] };

/** Objects that have the same fields, field by field. */
export interface Table {
  count: number;
  /** Fields of one value. */
  same: Record<string, unknown>;
  columns: Record<string, Column>;
}

/** `CarriedState` in fewer bytes. Workers of 0.1.0 do not read it. */
export type PackedState = Omit<CarriedState, 'clips' | 'unrecorded' | 'joins'> & {
  packed: { clips: Table[]; unrecorded: Table[]; joins: (number | string)[] };
};
