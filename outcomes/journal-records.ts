// The format of a submission journal in the store, and how it is read.
import { z } from 'zod';
import { FAILURE_CLASSES } from '../contract/failure.js';
import { linesOf } from '../store/lines.js';
import type { Store } from '../store/store.js';

export const JOURNAL_FOLDER = 'submissions';

const Failure = z.object({
  class: z.enum(FAILURE_CLASSES),
  code: z.string(),
  message: z.string(),
  retryAfterMs: z.number().exactOptional(),
});

/** One line: the intent of a POST, or its answer. */
const JournalRecord = z.object({
  post: z.string(),
  /** Run of the batch's workflow. */
  run: z.string().exactOptional(),
  try: z.number(),
  /** When it was written; epoch ms. */
  at: z.number().exactOptional(),
  answer: z
    .union([
      z.object({ kind: z.literal('accepted'), taskId: z.string(), callback: z.boolean() }),
      z.object({ kind: z.literal('refused'), failure: Failure }),
      z.object({ kind: z.enum(['late', 'held', 'lost']) }),
    ])
    .exactOptional(),
});
export type JournalRecord = z.infer<typeof JournalRecord>;

/** Result of a POST; `lost`: the answer will never be known. */
export type PostAnswer = NonNullable<JournalRecord['answer']>;

/** An answer that is certain. */
export type JournalAnswer =
  Extract<PostAnswer, { kind: 'accepted' | 'refused' }> | { kind: 'late' | 'held' };

/** The POST that a record belongs to. */
export interface PostPlace {
  round: number;
  row: number;
  attempt: number;
}

/** A record found in the journal; `answer` is also absent if its line cannot be read. */
export interface FoundRecord extends Pick<PostPlace, 'attempt'> {
  /** Who wrote it: distinguishes the tries of all runs and workers. */
  by: string;
  answer?: PostAnswer;
}

export function lineOf(record: JournalRecord): string {
  return `${JSON.stringify(record)}\n`; // `post` first: see POST
}

/** Name of a POST in the journal. */
export function postName({ round, row, attempt }: PostPlace): string {
  return `${round}.${row}.${attempt}`;
}

/** Tested before a line is parsed, because nearly all lines of a journal are about other POSTs. */
const POST = /^\{"post":"(\d+)\.(\d+)\.(\d+)"/;

/** The POST that a line belongs to; undefined if it cannot be read. */
export function placeOf(line: string): PostPlace | undefined {
  const found = POST.exec(line);
  if (!found) return undefined;
  const [round = 0, row = 0, attempt = 0] = found.slice(1).map(Number);
  return { round, row, attempt };
}

/** @param file the worker's journal file */
export function recordIn(line: string, file: string, { attempt }: PostPlace): FoundRecord {
  const { run = '', try: count, answer } = parse(line);
  return { attempt, by: byline(file, run, count), ...(answer && { answer }) };
}

/** A whole line; undefined if it cannot be read. @param file the worker's journal file */
export function readRecord(
  line: string,
  file: string,
): { place: PostPlace; by: string; answer?: PostAnswer; at?: number } | undefined {
  const place = placeOf(line);
  const { run = '', try: count, answer, at } = parse(line);
  if (!place || count < 0) return undefined;
  return {
    ...{ place, by: byline(file, run, count) },
    ...(answer && { answer }),
    ...(at !== undefined && { at }),
  };
}

/** Identifies the writer of a record. */
export function byline(file: string, run: string, activityTry: number): string {
  return `${file} ${run} ${activityTry}`;
}

/** A POST that the vendor accepted. */
export interface AcceptedPost extends PostPlace {
  taskId: string;
}

/** The last accepted POST of each row. */
export async function lastAccepted(store: Store): Promise<Map<number, AcceptedPost>> {
  const found = new Map<number, AcceptedPost>();
  for (const file of await store.list(JOURNAL_FOLDER)) {
    for await (const lines of linesOf(store, file)) {
      for (const line of lines) {
        const post = ACCEPTED.test(line) ? acceptedOf(line) : undefined;
        if (!post) continue;
        const known = found.get(post.row);
        if (!known || orderOf(post) > orderOf(known)) found.set(post.row, post);
      }
    }
  }
  return found;
}

/** How many POSTs the vendor accepted. */
export async function countAccepted(store: Store): Promise<number> {
  let accepted = 0;
  for (const file of await store.list(JOURNAL_FOLDER)) {
    for await (const lines of linesOf(store, file)) {
      accepted += lines.filter((line) => ACCEPTED.test(line)).length;
    }
  }
  return accepted;
}

function orderOf({ round, attempt }: AcceptedPost): number {
  return round * MAX_POSTS + attempt;
}

/** Tested before a line is parsed, because most lines are intents. */
const ACCEPTED = /"kind":"accepted"/;
/** POSTs for one clip in one round stay far below this. */
const MAX_POSTS = 1e6;

function acceptedOf(line: string): AcceptedPost | undefined {
  const place = placeOf(line);
  const { answer } = parse(line);
  return place && answer?.kind === 'accepted' ? { ...place, taskId: answer.taskId } : undefined;
}

/** A line torn by a full disk or a power cut is unreadable; its POST may have been sent. */
function parse(line: string): Pick<JournalRecord, 'run' | 'try' | 'answer' | 'at'> {
  try {
    return JournalRecord.parse(JSON.parse(line));
  } catch {
    return { try: -1 };
  }
}
