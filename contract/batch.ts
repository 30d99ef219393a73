// The input that starts a batch, and what the batch reports about itself.
import type { Pace, Priority } from './account.js';
import type { OutcomeCounts } from './clip.js';
import type { LedgerCode } from './error-codes.js';
import type { CarriedState, PackedState } from './carried.js';
import type { FailureNote } from './failure.js';
import type { MixOptions } from './mix.js';

/** Fixed when the batch starts; later changes of the configuration do not affect a running batch. */
export interface BatchOptions {
  /** Limits of the account, if no other batch is using it. */
  pace: Pace;
  /** Decides the batch's share of the account while other batches want it too. */
  priority: Priority;
  /** Probe each clip before it is submitted. */
  probe: boolean;
  /** Submissions of each clip, where there are several. */
  takes?: number;
  /** Clips that the vendor would not take are fitted; absent = they are rejected. */
  fit?: FitOptions;
  /** Finished videos are mixed when the batch has ended; absent = none. */
  mix?: MixOptions;
  /** Write `results.xlsx` too. */
  xlsx?: true;
  /** Time between two polls of a task whose callback cannot arrive or did not. */
  pollIntervalMs: number;
  /** How long to wait for a callback before querying the vendor. */
  callbackGraceMs: number;
  /** How long a task may take at the vendor before its clip is given up. */
  taskTimeoutMs: number;
  /** Further POSTs after failures of class `retry`. */
  maxRetries: number;
  /** Further submissions after the vendor ended a task as failed (status 4). */
  maxFailedResubmissions: number;
  /** Further submissions after the vendor timed a task out (status 6). */
  maxTimedOutResubmissions: number;
  /** First backoff after a failure of class `retry`; doubles up to a minute. */
  retryBackoffMs: number;
  /** Pause when this many clips have failed at the vendor; absent = never. */
  maxFailures?: FailureLimit;
  /** The ledger in which scored clips are looked up and recorded; absent = none. */
  ledger?: LedgerOptions;
  /** Hard limit of a round's submissions; absent = none. */
  cap?: SubmissionCap;
  /** Notified when the batch ends or pauses; the URL is sealed or a reference, see secret-link.ts. */
  notify?: { url: string };
  /** History events after which the batch continues as new; the server may suggest it earlier. */
  historyBound: number;
}

/** What becomes of a clip that is longer than the vendor takes: it is rejected, its first part alone is scored, or
 * all of it in parts, each of them a task. */
export const LONG_RULES = ['reject', 'first', 'parts'] as const;
export type LongRule = (typeof LONG_RULES)[number];

/** Takes of a clip: more are a mistake. */
export const MOST_TAKES = 9;

/** How clips are fitted. */
export interface FitOptions {
  long: LongRule;
}

/**
 * What identifies a clip as the same clip in another manifest. Parameters that sign a link or make it
 * expire are ignored.
 * - `clip`: the row's own `id` and its link; a row without an id is identified by its link.
 * - `id`: the row's own `id`, regardless of its link; a row without one is identified by its link.
 * - `link`: the link.
 * - `etag`: the link, and the ETag that its server returns.
 */
export type Identity = 'clip' | 'id' | 'link' | 'etag';

export const IDENTITIES = ['clip', 'id', 'link', 'etag'] as const satisfies Identity[];

/** How a batch uses the ledger of scored clips. */
export interface LedgerOptions {
  /** Location of the store that holds it. */
  location: string;
  /** Clips that the simulator scored count as scored only for the simulator. */
  kind: 'scored' | 'simulated';
  identity: Identity;
  /** More link parameters to ignore, or to keep if preceded by `!`; see outcomes/ledger/link-rule.ts. */
  signatures?: string[];
  /** Score clips again that have already been scored; the ledger records them in either case. */
  again?: true;
}

/** `error_code` of clips that a cap leaves out. */
export const CAP_CODES = ['max_submissions_reached', 'budget_reached'] as const;

/** How many submissions a round may make, counting accepted ones and those whose outcome is unknown. */
export interface SubmissionCap {
  submissions: number;
  /** The `error_code` of the clips that it leaves out. */
  code: (typeof CAP_CODES)[number];
}

/** A number of clips, or a percentage of the clips that have ended. */
export type FailureLimit = { clips: number } | { percent: number };

/** Which rows a round works on. */
export interface RowSelection {
  /** How many rows. */
  count: number;
  /** Store key of a JSON array of row numbers; absent = every row of the snapshot. */
  key?: string;
}

/** The one argument of `scoreBatch`. */
export interface ScoreBatchInput {
  version: 1;
  /** Name of the manifest, for people. */
  name: string;
  /** Location of the batch's store. */
  store: string;
  /** 1 for the first run of a batch, one more for each `retry`. */
  round: number;
  rows: RowSelection;
  options: BatchOptions;
  /** Rows of this round that were already scored; absent until they are looked up in the ledger. */
  skipped?: number;
  /** What the ledger reported about the other rows. */
  found?: LedgerFindings;
  /** Store key of the tasks that an earlier round left at the vendor; queried before paying again. */
  recall?: string;
  /** Search attributes are registered, so the batch keeps its own up to date. */
  attributes?: true;
  /** Only when continued as new. */
  carried?: CarriedState | PackedState;
}

/** What a batch is doing; `opening`: its manifest is being read, or looked up in the ledger. */
export type RunningPhase = 'opening' | 'running' | 'paused' | 'cancelling' | 'finishing' | 'done';

/** Findings of the ledger that users should know about. */
export interface LedgerFindings {
  counts: Partial<Record<LedgerCode, number>>;
  /** The first of them, at most five. */
  notes: FailureNote[];
}

/** Answer of the progress query. */
export interface BatchProgress {
  name: string;
  store: string;
  round: number;
  state: RunningPhase;
  /** Why it is paused. */
  pauseReason?: string;
  /** The whole account is paused, with every batch of it. */
  accountPaused?: true;
  /** The vendor throttles or cannot be reached: no submission for now, for this reason. */
  holdReason?: string;
  /** Rows of this round by outcome; `total` is this round's rows. */
  counts: OutcomeCounts;
  /** Rows not submitted yet, those being validated included. */
  queued: number;
  /** Submissions under way. */
  submitting: number;
  /** Tasks waiting at the vendor. */
  waiting: number;
  /** Submissions whose outcome is unknown. */
  unresolved: number;
  /** Clips waiting for a retry. */
  backingOff: number;
  /** Of those queued: being fitted for the vendor, or waiting for it; absent = none. */
  fitting?: number;
  /** Clips whose soundtrack is being downloaded or whose outcome is being recorded. */
  finishing: number;
  /** Accepted by the vendor so far. */
  submissions: number;
  /** Validation warnings so far. */
  warnings: number;
  /** Findings about the rows of this round. */
  found?: LedgerFindings;
  /** Newest last, at most five. */
  lastFailures: FailureNote[];
  /** The batch's current share of its account. */
  pace: Pace;
  /** Other batches use the account too. */
  shared?: true;
  priority: Priority;
  startedAt: string;
}
