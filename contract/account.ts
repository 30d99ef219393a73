// What batches and their account tell each other, and what an account tells about itself.
import type { VendorFailure } from './failure.js';

/** Submissions per second and tasks in flight: the limits of an account, or what a batch gets of them. */
export interface Pace {
  ratePerSecond: number;
  /** Submissions that may go out at once after an idle time. */
  burst: number;
  /** Tasks at the vendor at one time. */
  maxInFlight: number;
}

/** What a pace may be; the server allows 2,000 pending activities a workflow. */
export const PACE_RANGES = {
  ratePerSecond: { least: 0.0001, most: 1000, kind: 'real' },
  burst: { least: 1, most: 1000, kind: 'integer' },
  maxInFlight: { least: 1, most: 2000, kind: 'integer' },
} as const satisfies Record<keyof Pace, { least: number; most: number; kind: 'real' | 'integer' }>;

/** How much of the account a batch gets while others want it too. */
export type Priority = 'urgent' | 'normal' | 'background';

export const PRIORITIES = ['urgent', 'normal', 'background'] as const satisfies Priority[];

/**
 * Which moments of the account's timeline a batch may submit at. Moment k is `start + k * intervalMs`;
 * the moments come round every `turn`, and `own` says which of a turn are the batch's.
 */
export interface Frame {
  /** Of the timeline; another one has another id. */
  id: number;
  /** Epoch ms of moment 0. */
  start: number;
  intervalMs: number;
  /** A moment may be used up to `burst - 1` intervals before its time. */
  burst: number;
  turn: number;
  /** Ascending, each below `turn`. */
  own: number[];
}

/** No submission for now, or less often than configured. */
export interface Slowdown {
  /** Code and message of the answer that caused it. */
  reason: string;
  /** Epoch ms; no submission before. */
  until: number;
}

/** What the account grants a batch: its whole present share, whatever was said before. */
export interface Share {
  /** Grows with every share, also from an account to its successor. */
  version: number;
  /** Tasks the batch may have at the vendor, submissions given out included. */
  slots: number;
  /** Absent: give out no further moment, and report. */
  frame?: Frame;
  /** Others want the account too: report when the demand changes. */
  contended: boolean;
  slowdown?: Slowdown;
  /** No batch may submit or ask, for this reason, until one of them is resumed. */
  paused?: string;
  /** Grows when someone resumes the paused account, also from an account to its successor. */
  resumes: number;
}

/** How a batch stands with its account: everything the account needs to know of it. */
export interface MemberReport {
  batch: string;
  /** First run of the execution chain: a batch that runs again is another member. */
  chain: string;
  /** The run that went on after a reset: it is another member, too. Absent before the first reset. */
  run?: string;
  /** Name of the manifest, for people. */
  name: string;
  priority: Priority;
  /** Limits the batch was started with. An account that no other batch uses takes them. */
  pace: Pace;
  /** Of the newest share it knows; 0 = none. */
  version: number;
  /** Epoch ms. Every moment it has given out lies at least an interval before. */
  next: number;
  /** Slots in use. */
  held: number;
  /** Clips it could submit now. */
  wants: number;
  /** It gives a task up after so long (ms); absent = 24 h. */
  taskTimeoutMs?: number;
  /** Moments a second it can use while its slots are full; absent = as many as it gets. */
  uses?: number;
  /** The vendor throttled a submission that was given out for this moment (epoch ms). */
  throttled?: VendorFailure & { moment: number };
  /** The vendor denies access, for this reason. */
  denied?: string;
  /** `resumes` of the newest share it knows; 0 = none. */
  resumes: number;
  /** Someone resumed the batch. */
  resumed?: true;
}

/** The last word of a batch, or that of one that has not begun: it uses nothing of the account. */
export type LeaveReport = Pick<MemberReport, 'batch' | 'chain' | 'next'> & { left: true };

export type MemberState = Omit<
  MemberReport,
  'pace' | 'throttled' | 'denied' | 'resumed' | 'resumes'
> & {
  /** It was found at work and has not reported yet. */
  found?: true;
  /** The share it was sent last; absent before the first. */
  share?: Share;
  /** Slots it may still use until it has seen the share of this version. */
  lowered?: { version: number; from: number; at: number };
  /** It answers nothing (epoch ms). */
  silentSince?: number;
  /** It was put out by the share of this version or later, and counts again once it has answered that. */
  evicted?: number;
};

/** How the account's pace stands after `throttled` answers. */
export interface SpeedState {
  /** Of the configured rate; 1 = all of it. */
  factor: number;
  holdUntil: number;
  reason?: string;
  /** Moments given out before this one know nothing of the slowdown yet. */
  since: number;
  /** `throttled` answers in a row. */
  inARow: number;
  /** When the rate goes a step back up; absent at the full rate. */
  nextStep?: number;
}

/** The moments at which an account may submit, and whose they are. */
export interface Timeline {
  id: number;
  /** Epoch ms of moment 0. */
  start: number;
  intervalMs: number;
  burst: number;
  /** Owner of each moment of one turn. */
  ring: string[];
}

/** What one run of an account hands to the next. */
export interface AccountState {
  limits: Pace;
  members: MemberState[];
  /** Who owns the moments: a batch for each moment of a turn. */
  timeline?: Timeline;
  /** Ownership is changing: these must report on this version first. */
  change?: { version: number; of: string[]; since: number };
  version: number;
  /** No timeline may start before (epoch ms): moments up to here were given out. */
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
  /** It does not answer: since when (epoch ms), how many slots are kept for it, and until when. */
  silent?: { since: number; keeps: number; until: number };
  /** It was put out of the account, and has not answered since. */
  evicted?: true;
}

/** What `evict` asks for. */
export interface Eviction {
  batch: string;
}

/** What an eviction set free. */
export interface Evicted {
  slots: number;
}

/** Answer of the account query. */
export interface AccountView {
  /** `slowed`: fewer submissions than configured, after `throttled` answers. */
  state: 'open' | 'slowed' | 'paused';
  reason?: string;
  /** Epoch ms; no submission before, while slowed. */
  holdUntil?: number;
  limits: Pace;
  /** Submissions per second at present. */
  ratePerSecond: number;
  members: AccountMember[];
}
