// One row of the results: written whole to JSON lines, and its columns to CSV.
import type { OutcomeStatus } from '../contract/clip.js';
import type { ResultColumn, RESULT_NOTES } from '../contract/result-columns.js';
import type { MergedRow } from './merge.js';
import { isApproved } from './review/marks.js';

type ResultNote = (typeof RESULT_NOTES)[number];

/** `pending`: not ended yet; only in results read while the batch runs. */
export type ResultStatus = OutcomeStatus | 'pending';

/** One of several takes of a clip. */
export interface ResultTake {
  task_id: string | null;
  prompt: string;
  outputs: string[];
}

/** Fixed columns first, then the manifest's own. Absent values are null. */
export interface ResultRow {
  id: string;
  status: ResultStatus;
  file_link: string;
  prompt: string;
  task_id: string | null;
  attempts: number;
  error_code: string | null;
  error_message: string | null;
  /** The first file of the result, relative to the output folder. */
  output: string | null;
  possible_duplicate: boolean;
  /** All files of the result; in CSV one cell, separated by `|`. */
  outputs: string[];
  /** The finished video, likewise; null if none was mixed. */
  video: string | null;
  /** Why none could be mixed, or not anew. */
  video_error: string | null;
  /** A person has approved the soundtrack that `output` names. */
  approved: boolean;
  /** Only in JSON lines, and only if the vendor's result states it. */
  model_version?: string;
  translate_prompt?: string;
  /** Only in JSON lines, and only of a clip that was fitted: what the vendor got. */
  fitted?: string;
  /** Only in JSON lines, and only where there are several: oldest first. */
  takes?: ResultTake[];
  /** Only in JSON lines: what a person said of it. */
  review_note?: string;
  [column: string]: string | number | boolean | null | string[] | ResultTake[] | undefined;
}

/** @param open status of a row without an outcome */
export function resultRow(
  { clip, outcome, video, mark }: MergedRow,
  open: 'pending' | 'cancelled' = 'pending',
): ResultRow {
  const cancelled = !outcome && open === 'cancelled';
  const columns: Pick<ResultRow, ResultColumn> = {
    id: clip.id,
    status: outcome?.status ?? open,
    file_link: clip.fileLink,
    prompt: clip.prompt,
    task_id: outcome?.taskId ?? null,
    attempts: outcome?.attempts ?? 0,
    error_code: outcome?.errorCode ?? (cancelled ? 'batch_cancelled' : null),
    error_message: outcome?.errorMessage ?? (cancelled ? 'never submitted' : null),
    output: outcome?.output ?? null,
    possible_duplicate: outcome?.possibleDuplicate ?? false,
    outputs: outcome?.outputs ?? (outcome?.output === undefined ? [] : [outcome.output]),
    video: video?.video ?? null,
    video_error: video?.error ?? null,
    approved: isApproved(mark, outcome),
  };
  const takes = outcome?.takes?.map((take) => ({
    task_id: take.taskId ?? null,
    prompt: take.prompt ?? clip.prompt,
    outputs: take.outputs,
  }));
  const notes: Record<ResultNote, string | ResultTake[] | undefined> = {
    model_version: outcome?.modelVersion,
    translate_prompt: outcome?.translatePrompt,
    fitted: outcome?.fitted,
    takes,
    review_note: mark?.note,
  };
  return {
    ...columns,
    ...Object.fromEntries(Object.entries(notes).filter(([, note]) => note !== undefined)),
    // A manifest's own column of the same name keeps its value.
    ...clip.extra,
  };
}
