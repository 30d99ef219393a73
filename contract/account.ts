// The messages between batches and their account, and what an account reports about itself.
import type { VendorFailure } from './failure.js';

/** Submissions per second and tasks in flight: the limits of an account, or a batch's share of them. */
export interface Pace {
  ratePerSecond: number;
  /** Submissions that may go out at once after an idle time. */
  burst: number;
  /** Tasks at the vendor at one time. */
  maxInFlight: number;
}

/** Valid range of each limit. What so many clips in flight carry: workflows/batch/carried-size.ts. */
export const PACE_RANGES = {
  ratePerSecond: { least: 0.0001, most: 1000, kind: 'real' },
  burst: { least: 1, most: 1000, kind: 'integer' },
  maxInFlight: { least: 1, most: 10_000, kind: 'integer' },
} as const satisfies Record<keyof Pace, { least: number; most: number; kind: 'real' | 'integer' }>;

/** Weight of a batch's share of the account while other batches want it too. */
export type Priority = 'urgent' | 'normal' | 'background';

export const PRIORITIES = ['urgent', 'normal', 'background'] as const satisfies Priority[];

/**
 * The moments of the account's timeline that a batch may use. Moment k is `start + k * intervalMs`.
 * Ownership repeats every `turn` moments; `own` lists the batch's positions within a turn.
 */
export interface Frame {
  /** Id of the timeline; each new timeline gets a new one. */
  id: number;
  /** Epoch ms of moment 0. */
  start: number;
  intervalMs: number;
  /** A moment may be used up to `burst - 1` intervals early. */
  burst: number;
  turn: number;
  /** Ascending, each below `turn`. */
  own: number[];
}

/** No submission for now, or less often than configured. */
export interface Slowdown {
  /** Code and message of the answer that caused it. */
  reason: string;
  /** Epoch ms; no submission before this time. */
  until: number;
}

/** What the account grants a batch. Each share replaces the previous one entirely. */
export interface Share {
  /** Increases with every share, also when a new account workflow replaces the old one. */
  version: number;
  /** Tasks the batch may have at the vendor, including submissions already given out. */
  slots: number;
  /** Absent: give out no further moment, and report to the account. */
  frame?: Frame;
  /** Other batches want the account too: report when the demand changes. */
  contended: boolean;
  slowdown?: Slowdown;
  /** Why the account is paused: no batch may submit or query until one of them is resumed. */
  paused?: string;
  /** Increases each time the paused account is resumed, also when a new workflow replaces the old one. */
  resumes: number;
}

/** A batch's report: everything the account needs to know about it. */
export interface MemberReport {
  batch: string;
  /** First run of the execution chain: a batch that is started again counts as another member. */
  chain: string;
  /** The run that continued after a reset; it also counts as another member. Absent before a reset. */
  run?: string;
  /** Name of the manifest, for people. */
  name: string;
  priority: Priority;
  /** Limits the batch was started with. The account adopts them if no other batch uses it. */
  pace: Pace;
  /** Version of the newest share it has received; 0 = none. */
  version: number;
  /** Epoch ms. Every moment it has given out lies at least one interval before this. */
  next: number;
  /** Slots in use. */
  held: number;
  /** Clips it could submit now. */
  wants: number;
  /** How long it waits for a task before giving it up (ms); absent = 24 h. */
  taskTimeoutMs?: number;
  /** Moments per second it can use while its slots are full; absent = all it gets. */
  uses?: number;
  /** The vendor throttled the submission that was given out for `moment` (epoch ms). */
  throttled?: VendorFailure & { moment: number };
  /** Why the vendor denies access. */
  denied?: string;
  /** `resumes` of the newest share it has received; 0 = none. */
  resumes: number;
  /** Someone resumed the batch. */
  resumed?: true;
}

/** A batch's last report, or the report of one that has not begun yet: it uses nothing of the account. */
export type LeaveReport = Pick<MemberReport, 'batch' | 'chain' | 'next'> & { left: true };

export type MemberState = Omit<
  MemberReport,
  'pace' | 'throttled' | 'denied' | 'resumed' | 'resumes'
> & {
  /** The account found it running when it started, and it has not reported yet. */
  found?: true;
  /** The last share sent to it; absent before the first. */
  share?: Share;
  /** The slots (`from`) it may still be using until it acknowledges the share of `version`. */
  lowered?: { version: number; from: number; at: number };
  /** Since when it has not answered (epoch ms). */
  silentSince?: number;
  /** Evicted by the share of this version or later; it counts again once it acknowledges that share. */
  evicted?: number;
};

/** State of the account's pace after `throttled` answers. */
export interface SpeedState {
  /** Fraction of the configured rate; 1 = all of it. */
  factor: number;
  holdUntil: number;
  reason?: string;
  /** Submissions for earlier moments were given out before the slowdown (epoch ms). */
  since: number;
  /** Consecutive `throttled` answers. */
  inARow: number;
  /** When the rate next increases by a step; absent at the full rate. */
  nextStep?: number;
}

/** The moments at which an account may submit, and which batch owns each. */
export interface Timeline {
  id: number;
  /** Epoch ms of moment 0. */
  start: number;
  intervalMs: number;
  burst: number;
  /** Owner of each moment of one turn. */
  ring: string[];
}

/** The continue-as-new state of an account. */
export interface AccountState {
  limits: Pace;
  members: MemberState[];
  /** Owner of the moments: a batch for each moment of a turn. */
  timeline?: Timeline;
  /** Ownership is changing: the batches in `of` must acknowledge this version first. */
  change?: { version: number; of: string[]; since: number };
  version: number;
  /** No timeline may start before this time (epoch ms): earlier moments were given out. */
  floor: number;
  speed: SpeedState;
  paused?: string;
  /** See `Share`. */
  resumes: number;
}

/** The one argument of `account`. */
export interface AccountInput {
  version: 1;
  /** History events after which it continues as new; default 4,000. */
  historyBound?: number;
  /** Only when continued as new. */
  carried?: AccountState;
}

/** What `tune` changes. */
export type Tuning = Partial<Pace>;

/** A batch that uses the account. */
export interface AccountMember {
  batch: string;
  /** Name of the manifest. */
  name: string;
  priority: Priority;
  /** Share of the account's rate, 0 to 1. */
  rateShare: number;
  /** Tasks it may have at the vendor. */
  slots: number;
  /** Clips it could submit, as of its last report. */
  wants: number;
  /** Set while it does not answer: since when (epoch ms), how many slots are kept for it, until when. */
  silent?: { since: number; keeps: number; until: number };
  /** It was evicted from the account and has not answered since. */
  evicted?: true;
}

/** The argument of `evict`. */
export interface Eviction {
  batch: string;
}

/** The slots that an eviction freed. */
export interface Evicted {
  slots: number;
}

/** Answer of the account query. */
export interface AccountView {
  /** `slowed`: fewer submissions than configured, after `throttled` answers. */
  state: 'open' | 'slowed' | 'paused';
  reason?: string;
  /** Epoch ms; no submission before this time, while slowed. */
  holdUntil?: number;
  limits: Pace;
  /** Submissions per second at present. */
  ratePerSecond: number;
  members: AccountMember[];
}
