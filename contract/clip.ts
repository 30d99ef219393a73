// The basic types that all other folders use. Imports nothing.

export const OUTCOME_STATUSES = [
  'succeeded',
  'failed',
  'rejected',
  'cancelled',
  'skipped',
] as const;

/** How a clip ended. */
export type OutcomeStatus = (typeof OUTCOME_STATUSES)[number];

/** A part of a clip, in seconds; without `length` up to its end. */
export interface Excerpt {
  start: number;
  length?: number;
}

/** One row of a manifest, as frozen in the snapshot. */
export interface Clip {
  /** Position in the manifest, from 0. The clip's identity everywhere inside a batch. */
  row: number;
  /** Line of the manifest file where the clip begins, from 1. */
  line: number;
  /**
   * Unique in the manifest, ignoring case. Its files are named after it, or after a name derived from it
   * (manifests/clip-id.ts).
   */
  id: string;
  /** The row has no id of its own; `id` was derived from its position. */
  idMade?: true;
  /** Where the video is: an http(s) URL, `s3://bucket/key`, or the `file:` URL of a file on this machine. */
  fileLink: string;
  /** Of a file on this machine: what tells its content from another (manifests/local-file.ts). */
  version?: string;
  /** The part of the clip that is scored; absent = all of it. */
  excerpt?: Excerpt;
  prompt: string;
  /** Of its second and further takes, if the row gives them prompts of their own. */
  prompts?: string[];
  /** The user's own value, passed through the vendor unchanged. */
  params?: string;
  /** The manifest's other columns, in manifest order. */
  extra: Record<string, string>;
  /**
   * Of what is submitted for a cue (contract/cue.ts), whose number is then `row`. `name` is its own in the store;
   * takes and parts are counted from 1.
   */
  cue?: { name: string; take: number; part: number; parts: number };
  /** Why the row can never be submitted; only with `--skip-invalid`, else such a manifest is refused. */
  fault?: string;
}

/** One piece of music for all of a clip: what one task made, or several for its parts. */
export interface Take {
  /** Of its first task; absent of some that earlier releases recorded. */
  taskId?: string;
  /** Store keys of its files. */
  outputs: string[];
  /** If it is not the row's. */
  prompt?: string;
  /** As stated in the vendor's result. */
  modelVersion?: string;
  translatePrompt?: string;
}

/** How one clip ended, as written to an outcome segment. */
export interface Outcome {
  row: number;
  status: OutcomeStatus;
  /** The task that produced the outcome, or the last one known; of several takes, that of the chosen one. */
  taskId?: string;
  /** POSTs made for the clip, refused ones included. */
  attempts: number;
  /** The vendor's code, `http_<status>`, or one of Reelscore's own (docs/errors.md). */
  errorCode?: string;
  errorMessage?: string;
  /** Store key of the soundtrack: the first file of the result, or the chosen one. */
  output?: string;
  /** Store keys of all files of the result, where there are several. */
  outputs?: string[];
  /** Where there are several, oldest first. */
  takes?: Take[];
  /** As stated in the vendor's result. */
  modelVersion?: string;
  translatePrompt?: string;
  /** What the vendor got instead of the clip itself, in words. */
  fitted?: string;
  /** The clip may have been paid for more than once. */
  possibleDuplicate?: boolean;
}

/** Outcomes by status; `total` counts every row. */
export type OutcomeCounts = Record<'total' | OutcomeStatus, number>;

/** Counts before any clip has its outcome. */
export function noOutcomes(total = 0): OutcomeCounts {
  return { total, succeeded: 0, failed: 0, rejected: 0, cancelled: 0, skipped: 0 };
}

/** Number of rows that have an outcome. */
export function doneOf(counts: OutcomeCounts): number {
  return OUTCOME_STATUSES.reduce((sum, status) => sum + counts[status], 0);
}

/** The content of `summary.json`. Times are ISO 8601. */
export interface BatchSummary {
  batch: string;
  counts: OutcomeCounts;
  /** POSTs the vendor accepted, as far as is known; each costs money. */
  submissions: number;
  startedAt: string;
  finishedAt: string;
}
