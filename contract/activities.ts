// What workflows ask of the world. Activities implement it; workflows see nothing else of them.
import type { BatchSummary, Outcome } from './clip.js';
import type { FailureNote, RowSelection } from './batch.js';
import type { MemberReport } from './account.js';
import type { VendorFailure } from './failure.js';

export interface PreparePageInput {
  store: string;
  round: number;
  rows: RowSelection;
  /** Positions in the selection, `to` excluded. */
  from: number;
  to: number;
  probe: boolean;
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
}

export type SubmitClipOutput =
  | { kind: 'accepted'; taskId: string; callback: boolean }
  | { kind: 'refused'; failure: VendorFailure }
  /** Its moment had passed; nothing was sent. */
  | { kind: 'late' }
  /** The vendor had just refused another submission of the account; nothing was sent. */
  | { kind: 'held' }
  /** It may have been accepted and charged. */
  | { kind: 'unknown'; callback: boolean; message: string };

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
  reason?: string;
}

/** Tasks in neither list are still running. */
export interface QueryTasksOutput {
  ended: TaskEnd[];
  troubles: (TaskRef & { failure: VendorFailure })[];
}

export interface FinishClipsInput {
  store: string;
  round: number;
  /** Name of the outcome segment; follows from workflow state, so a repetition overwrites it. */
  segment: string;
  /** Succeeded tasks whose soundtrack is to be downloaded. */
  download: (TaskRef & {
    /** POSTs made for the clip. */
    attempts: number;
    possibleDuplicate: boolean;
  })[];
  /** Outcomes that need no download. */
  record: Outcome[];
}

export interface FinishClipsOutput {
  /** Rows whose soundtrack could not be had this time; they are not recorded. */
  troubles: { row: number; failure: VendorFailure }[];
  /** At most five. */
  failures: FailureNote[];
}

export interface FinalizeBatchInput {
  store: string;
  round: number;
  /** ISO 8601. */
  startedAt: string;
  submissions: number;
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
  /** Those of the members that do not run any more. */
  findGone(input: { members: BatchChain[] }): Promise<string[]>;
}
