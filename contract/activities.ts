// What workflows ask of the world. Activities implement it; workflows see nothing else of them.
import type { BatchSummary, Outcome, OutcomeCounts } from './clip.js';
import type { LedgerFindings, LedgerOptions, RowSelection, ScoreBatchInput } from './batch.js';
import type { FailureNote, FailureClass, VendorFailure } from './failure.js';
import type { BatchRequest } from './request.js';
import type { MemberReport } from './account.js';

export interface PreparePageInput {
  store: string;
  round: number;
  rows: RowSelection;
  /** Positions in the selection, `to` excluded. */
  from: number;
  to: number;
  probe: boolean;
  /** See `ScoreBatchInput`. */
  recall?: string;
}

export interface MatchLedgerInput {
  store: string;
  round: number;
  rows: RowSelection;
  ledger: LedgerOptions;
}

/** Rows scored already have their outcome `skipped` recorded by the activity itself. */
export interface MatchLedgerOutput {
  skipped: number;
  /** What is left to do. */
  rows: RowSelection;
  found?: LedgerFindings;
}

/** Rows that never reach the vendor are recorded by the activity itself. */
export interface PreparePageOutput {
  /** Rows to submit, as [first, last] pairs in order. */
  submit: [number, number][];
  rejected: number;
  failed: number;
  warnings: number;
  /** At most five. */
  failures: FailureNote[];
  /** Rows with a task that an earlier round left at the vendor; they are not in `submit`. */
  recalled?: RecalledTask[];
}

/** A task of an earlier round. */
export interface RecalledTask {
  row: number;
  taskId: string;
  /** POSTs made for the clip so far. */
  attempts: number;
  possibleDuplicate?: true;
}

export interface SubmitClipInput {
  store: string;
  round: number;
  row: number;
  /** Number of this POST for the clip, from 1. */
  attempt: number;
  /** The POST must not leave before this moment (epoch ms). */
  notBefore: number;
  /** Nor after this one: it would meet the submissions of later moments. */
  notAfter: number;
  /** The run, if a reset made it and it has not joined its account anew: nothing is to be sent. */
  reset?: string;
}

/** `attempt`: the answer is that of a later POST of the clip, as some were made before the batch was reset. */
export type SubmitClipOutput =
  | { kind: 'accepted'; taskId: string; callback: boolean; attempt?: number }
  | { kind: 'refused'; failure: VendorFailure; attempt?: number }
  /** Its moment had passed; nothing was sent. */
  | { kind: 'late' }
  /** The vendor had just refused another submission of the account, or see `reset`; nothing was sent. */
  | { kind: 'held'; reset?: string }
  /** It may have been accepted and charged. */
  | { kind: 'unknown'; callback: boolean; message: string; attempt?: number };

/** One task of a clip, named by the POST that made it. */
export interface TaskRef {
  row: number;
  attempt: number;
  taskId: string;
  /** The task id came from a callback: check that the task is this clip's. */
  adopted?: boolean;
}

export interface QueryTasksInput {
  store: string;
  round: number;
  tasks: TaskRef[];
}

export type TaskEndStatus = 'succeeded' | 'failed' | 'cancelled' | 'timed_out';

export interface TaskEnd extends TaskRef {
  status: TaskEndStatus;
  /** The vendor's error code of the task, if it gave one. */
  code?: string;
  /** How the user wants that code treated. */
  class?: FailureClass;
  reason?: string;
}

/** Tasks in neither list are still running. */
export interface QueryTasksOutput {
  ended: TaskEnd[];
  /** When the vendor suggests to ask again about tasks still running, as [row, seconds]. */
  waits?: [number, number][];
  troubles: (TaskRef & { failure: VendorFailure })[];
}

export interface FinishClipsInput {
  store: string;
  round: number;
  /** Name of the outcome segment; follows from workflow state, so a repetition adds to it. */
  segment: string;
  /** Where clips that succeeded are written down as scored. */
  ledger?: LedgerOptions;
  /** Succeeded tasks whose soundtrack is to be downloaded. */
  download: (TaskRef & {
    /** POSTs made for the clip. */
    attempts: number;
    possibleDuplicate: boolean;
    /** A download of it was begun before, so some of its files may be there. */
    begun?: true;
  })[];
  /** The downloads were too slow for their first group; they may be slower here. */
  slow?: true;
  /** Outcomes that need no download. */
  record: Outcome[];
}

export interface FinishClipsOutput {
  /** Rows whose soundtrack could not be had this time; they are not recorded. */
  troubles: { row: number; failure: VendorFailure }[];
  /** Rows whose soundtrack comes slowly; nor are these recorded. */
  slow?: number[];
  /** Rows that were left where they are, because the activity was asked to stop. */
  open?: number[];
  /** At most five. */
  failures: FailureNote[];
}

export interface FinalizeBatchInput {
  store: string;
  round: number;
  /** ISO 8601. */
  startedAt: string;
  submissions: number;
  /** Rows that were left out by a cap have no outcome of their own: this is it. */
  leftOut?: { code: string; message: string };
}

export const NOTIFICATION_TYPES = [
  'batch.finished',
  'batch.cancelled',
  'batch.paused',
  'batch.failed',
] as const;

/** What a batch tells when it ends or pauses. */
export interface Notification {
  type: (typeof NOTIFICATION_TYPES)[number];
  /** Stable over retries: the receiver can tell repetitions by it. */
  id: string;
  /** ISO 8601: when it happened. */
  at: string;
  batch: string;
  /** Name of the manifest; absent when it could not be read. */
  name?: string;
  account: string;
  /** Why it paused or failed. */
  reason?: string;
  /** Of this round when it pauses, of the whole batch when it has ended; likewise the submissions. */
  counts?: OutcomeCounts;
  /** Accepted by the vendor. */
  submissions?: number;
  /** Location of the results. */
  results?: string;
}

export interface NotifyInput {
  /** In a form for secrets, see secret-link.ts. */
  url: string;
  notification: Notification;
}

/** What comes before a batch's first page. */
export interface IntakeActivities {
  /**
   * Reads the manifest of a request and freezes it into the batch's store.
   * @param run which run asks; the same after a reset
   */
  openBatch(request: BatchRequest, run: string): Promise<ScoreBatchInput>;
  /** Where to notify that a request could not be opened: its own `notify`, else the worker's. */
  notificationUrl(request: BatchRequest): Promise<{ url?: string }>;
  /** Finds the rows that were scored already, by earlier batches. */
  matchLedger(input: MatchLedgerInput): Promise<MatchLedgerOutput>;
}

/** The activities of a batch. */
export interface BatchActivities {
  preparePage(input: PreparePageInput): Promise<PreparePageOutput>;
  submitClip(input: SubmitClipInput): Promise<SubmitClipOutput>;
  queryTasks(input: QueryTasksInput): Promise<QueryTasksOutput>;
  finishClips(input: FinishClipsInput): Promise<FinishClipsOutput>;
  finalizeBatch(input: FinalizeBatchInput): Promise<BatchSummary>;
  /** Reports to the account, starting it if it does not run. */
  joinAccount(report: MemberReport): Promise<void>;
}

/** The activity of a notification. */
export interface NotificationActivities {
  /** One try to deliver it. */
  notify(input: NotifyInput): Promise<void>;
}

/** Names one execution chain of a batch. */
export interface BatchChain {
  batch: string;
  /** Run id of the chain's first run. */
  chain: string;
}

/** The activities of an account. */
export interface AccountActivities {
  /** The batches that run on a task queue. */
  findBatches(input: { taskQueue: string }): Promise<BatchChain[]>;
  /** Those of the members that do not run any more, and those that run and get nothing done. */
  findGone(input: { members: BatchChain[] }): Promise<{ gone: string[]; stuck: string[] }>;
}
