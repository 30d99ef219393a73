// The interfaces of the activities. Workflows know nothing else about them.
import type { BatchSummary, Outcome, OutcomeCounts, OutcomeStatus } from './clip.js';
import type {
  FitOptions,
  LedgerFindings,
  LedgerOptions,
  RowSelection,
  ScoreBatchInput,
} from './batch.js';
import type { FailureNote, FailureClass, VendorFailure } from './failure.js';
import type { BatchRequest } from './request.js';
import type { MemberReport } from './account.js';

export interface PreparePageInput {
  store: string;
  round: number;
  rows: RowSelection;
  /** Positions in the selection; `to` is exclusive. */
  from: number;
  to: number;
  probe: boolean;
  /** Clips that the vendor would not take are to be fitted; else they are rejected. */
  fit?: true;
  /** Of each clip; absent = one. */
  takes?: number;
  /** See `ScoreBatchInput`. */
  recall?: string;
}

export interface MatchLedgerInput {
  store: string;
  round: number;
  rows: RowSelection;
  ledger: LedgerOptions;
}

/** The activity itself records the outcome `skipped` for rows that were already scored. */
export interface MatchLedgerOutput {
  skipped: number;
  /** The rows left to score. */
  rows: RowSelection;
  found?: LedgerFindings;
}

/** The activity itself records the outcomes of rows that never reach the vendor. */
export interface PreparePageOutput {
  /** Rows to submit, as [first, last] pairs in order. */
  submit: [number, number][];
  rejected: number;
  failed: number;
  warnings: number;
  /** At most five. */
  failures: FailureNote[];
  /** Rows to be fitted before they are submitted; they are not in `submit`. */
  fit?: [number, number][];
  /** Rows with cues, and how many of each are in `submit` or `recalled`. */
  cues?: [row: number, open: number][];
  /** Rows and cues with a task that an earlier round left at the vendor; they are not in `submit`. */
  recalled?: RecalledTask[];
}

export interface FitClipInput {
  store: string;
  round: number;
  row: number;
  fit: FitOptions;
  /** Of each clip; absent = one. */
  takes?: number;
  /** See `ScoreBatchInput`. */
  recall?: string;
}

/** As of a page; `submit` is empty if the clip cannot be fitted. */
export type FitClipOutput = Omit<PreparePageOutput, 'fit'>;

export interface JoinCuesInput {
  store: string;
  round: number;
  row: number;
  ledger?: LedgerOptions;
  /** Why cues were not submitted, if a cap left them out; else the batch was cancelled. */
  leftOut?: { code: string; message: string };
}

/** The activity itself records the row's outcome. */
export interface JoinCuesOutput {
  status: OutcomeStatus;
  failures: FailureNote[];
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
  /** The POST must not leave after this time: it would coincide with submissions of later moments. */
  notAfter: number;
  /** Id of the run, if a reset created it and it has not rejoined its account yet: send nothing. */
  reset?: string;
  /** No clip of the batch is fitted, or was before. */
  asIs?: true;
}

/** `attempt` is set if the answer is that of a later POST of the clip, made before the batch was reset. */
export type SubmitClipOutput =
  | { kind: 'accepted'; taskId: string; callback: boolean; attempt?: number }
  | { kind: 'refused'; failure: VendorFailure; attempt?: number }
  /** Its moment had passed; nothing was sent. */
  | { kind: 'late' }
  /** The vendor has just refused another submission of the account, or `reset` is set; nothing was sent. */
  | { kind: 'held'; reset?: string }
  /** It may have been accepted and charged. */
  | { kind: 'unknown'; callback: boolean; message: string; attempt?: number };

/** Submissions that are due within a short time, made by one activity. */
export interface SubmitClipsInput extends Pick<
  SubmitClipInput,
  'store' | 'round' | 'reset' | 'asIs'
> {
  /** At most one of a row. */
  submissions: Pick<SubmitClipInput, 'row' | 'attempt' | 'notBefore' | 'notAfter'>[];
}

export interface SubmitClipsOutput {
  /** By row. A row that is missing was held: nothing was sent. */
  answers: [row: number, answer: SubmitClipOutput][];
  /** As given: none of them was sent. */
  reset?: string;
}

/** One task of a clip, identified by the POST that created it. */
export interface TaskRef {
  row: number;
  attempt: number;
  taskId: string;
  /** The task id came from a callback: check that the task belongs to this clip. */
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
  /** The vendor's error code for the task, if it gave one. */
  code?: string;
  /** How the user wants that code treated. */
  class?: FailureClass;
  reason?: string;
}

/** Tasks in neither list are still running. */
export interface QueryTasksOutput {
  ended: TaskEnd[];
  /** The delay that the vendor suggests before the next query of a running task, as [row, seconds]. */
  waits?: [number, number][];
  troubles: (TaskRef & { failure: VendorFailure })[];
}

export interface FinishClipsInput {
  store: string;
  round: number;
  /** Name of the outcome segment. It is derived from workflow state, so a retry adds to the same segment. */
  segment: string;
  /** The ledger in which succeeded clips are recorded as scored. */
  ledger?: LedgerOptions;
  /** Succeeded tasks whose soundtrack is to be downloaded. */
  download: (TaskRef & {
    /** POSTs made for the clip. */
    attempts: number;
    possibleDuplicate: boolean;
    /** A download was started before, so some of its files may exist. */
    begun?: true;
  })[];
  /** The downloads were too slow for their first group; a lower minimum rate applies here. */
  slow?: true;
  /** Outcomes that need no download. */
  record: Outcome[];
  /** No clip of the batch is fitted, or was before. */
  asIs?: true;
}

export interface FinishClipsOutput {
  /** Rows whose soundtrack could not be downloaded this time; they are not recorded. */
  troubles: { row: number; failure: VendorFailure }[];
  /** Rows whose soundtrack downloads slowly; they are not recorded either. */
  slow?: number[];
  /** Rows left unfinished because the activity was asked to stop. */
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
  /** Outcome of the rows that a cap left out, which have none of their own. */
  leftOut?: { code: string; message: string };
  /** Write `results.xlsx` too. */
  xlsx?: true;
}

export const NOTIFICATION_TYPES = [
  'batch.finished',
  'batch.cancelled',
  'batch.paused',
  'batch.failed',
] as const;

/** What a batch reports when it ends or pauses. */
export interface Notification {
  type: (typeof NOTIFICATION_TYPES)[number];
  /** Stable across retries, so that the receiver can recognize duplicates. */
  id: string;
  /** ISO 8601: when it happened. */
  at: string;
  batch: string;
  /** Name of the manifest; absent when it could not be read. */
  name?: string;
  account: string;
  /** Why it paused or failed. */
  reason?: string;
  /** For a pause of this round, for the end of the whole batch; the same applies to `submissions`. */
  counts?: OutcomeCounts;
  /** Accepted by the vendor. */
  submissions?: number;
  /** Location of the results. */
  results?: string;
}

export interface NotifyInput {
  /** Sealed, or a reference to a variable; see secret-link.ts. */
  url: string;
  notification: Notification;
}

/** The activities that run before a batch's first page. */
export interface IntakeActivities {
  /**
   * Reads the manifest of a request and freezes it into the batch's store.
   * @param run id of the calling run; a reset does not change it
   */
  openBatch(request: BatchRequest, run: string): Promise<ScoreBatchInput>;
  /** The URL to notify when a request could not be opened: its own `notify`, else the worker's. */
  notificationUrl(request: BatchRequest): Promise<{ url?: string }>;
  /** Finds the rows that earlier batches have already scored. */
  matchLedger(input: MatchLedgerInput): Promise<MatchLedgerOutput>;
}

/** The activities of a batch. */
export interface BatchActivities {
  preparePage(input: PreparePageInput): Promise<PreparePageOutput>;
  fitClip(input: FitClipInput): Promise<FitClipOutput>;
  joinCues(input: JoinCuesInput): Promise<JoinCuesOutput>;
  /** Of batches that began before `submitClips` was there. */
  submitClip(input: SubmitClipInput): Promise<SubmitClipOutput>;
  submitClips(input: SubmitClipsInput): Promise<SubmitClipsOutput>;
  queryTasks(input: QueryTasksInput): Promise<QueryTasksOutput>;
  finishClips(input: FinishClipsInput): Promise<FinishClipsOutput>;
  finalizeBatch(input: FinalizeBatchInput): Promise<BatchSummary>;
  /** Reports to the account, starting it if it is not running. */
  joinAccount(report: MemberReport): Promise<void>;
}

/** The activity of a notification. */
export interface NotificationActivities {
  /** Makes one attempt to deliver it. */
  notify(input: NotifyInput): Promise<void>;
}

/** Identifies one execution chain of a batch. */
export interface BatchChain {
  batch: string;
  /** Run id of the chain's first run. */
  chain: string;
}

/** The activities of an account. */
export interface AccountActivities {
  /** The batches that run on a task queue. */
  findBatches(input: { taskQueue: string }): Promise<BatchChain[]>;
  /** The members that no longer run (`gone`), and those that run without making progress (`stuck`). */
  findGone(input: { members: BatchChain[] }): Promise<{ gone: string[]; stuck: string[] }>;
}
