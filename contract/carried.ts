// What one run of a batch hands to the next when it continues as new.
import type { OutcomeCounts, Outcome } from './clip.js';
import type { FailureNote } from './batch.js';

/** A callback that named a POST whose task id is not known yet. */
export interface TaskClaim {
  attempt: number;
  taskId: string;
  /** The claimed status was a terminal one. */
  terminal: boolean;
}

/**
 * Where a clip stands between its first turn and its outcome.
 *
 * - `ready`: to be submitted, not before `notBefore`.
 * - `submitting`: its POST is under way.
 * - `unresolved`: the POST's outcome is unknown; until `notBefore` its callback may still name the task.
 * - `waiting`: `taskId` is at the vendor; to be asked about at `askAt`.
 * - `ended`: the vendor confirmed success; the soundtrack is to be downloaded, not before `notBefore`.
 */
export type ClipPhase = 'ready' | 'submitting' | 'unresolved' | 'waiting' | 'ended';

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
  /** A callback said the task is over: ask now. */
  hinted?: boolean;
  askAt?: number;
  /** When the task is given up. */
  deadline?: number;
  /** Attempts whose outcome was never learned. */
  orphans?: number[];
  claims?: TaskClaim[];
  /** The task id came from a callback, not from the vendor's answer to the POST. */
  adopted?: boolean;
  possibleDuplicate?: boolean;
  /** Failures of class `retry` in a row, of the submission. */
  retries?: number;
  /** Tasks that ended as failed (4). */
  failedEnds?: number;
  /** Tasks that ended as timed out (6). */
  timedOutEnds?: number;
  /** Queries or downloads of the present task that failed in a row. */
  troubles?: number;
}

/** State of the pace, in epoch ms. */
export interface PaceState {
  /** When the next submission would go out at an even rate (GCRA's theoretical arrival time). */
  next: number;
  /** No submission before this moment. */
  holdUntil: number;
  /** The failure that caused the last hold. */
  holdReason?: string;
  /** `throttled` answers in a row. */
  throttles: number;
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
  pace: PaceState;
  counts: OutcomeCounts;
  submissions: number;
  warnings: number;
  /** Number of the next outcome segment. */
  segment: number;
  lastFailures: FailureNote[];
  pause?: { reason: string; denied: boolean };
}
