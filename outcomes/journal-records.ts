// How a journal of submissions lies in the store, and how it is read.
import { z } from 'zod';
import { linesOf } from '../store/lines.js';
import type { Store } from '../store/store.js';

export const JOURNAL_FOLDER = 'submissions';

const Failure = z.object({
  class: z.enum(['retry', 'throttled', 'rejected', 'denied']),
  code: z.string(),
  message: z.string(),
  retryAfterMs: z.number().exactOptional(),
});

/** One line: the intent of a POST, or its answer. */
const JournalRecord = z.object({
  post: z.string(),
  try: z.number(),
  answer: z
    .union([
      z.object({ kind: z.literal('accepted'), taskId: z.string(), callback: z.boolean() }),
      z.object({ kind: z.literal('refused'), failure: Failure }),
      z.object({ kind: z.enum(['late', 'held']) }),
    ])
    .exactOptional(),
});
export type JournalRecord = z.infer<typeof JournalRecord>;

/** An answer that leaves no doubt. */
export type Answer = NonNullable<JournalRecord['answer']>;

/** A record found; `answer` is absent also where a line cannot be read. */
export interface FoundRecord {
  /** The worker's file. */
  file: string;
  try: number;
  answer?: Answer;
}

export function lineOf(record: JournalRecord): string {
  return `${JSON.stringify(record)}\n`; // `post` first: see POST
}

/** Looked at before a line is parsed: nearly all of a journal's are about other POSTs. */
const POST = /^\{"post":"([\d.]+)"/;

/**
 * Reads every file of a batch's journal once, in memory that does not grow with it.
 * Returns the records of the wanted POSTs, those of one file in the order written.
 */
export async function readJournal(
  store: Store,
  wanted: ReadonlySet<string>,
): Promise<Map<string, FoundRecord[]>> {
  const found = new Map<string, FoundRecord[]>();
  for (const file of await store.list(JOURNAL_FOLDER)) {
    for await (const lines of linesOf(store, file)) {
      for (const line of lines) {
        const post = POST.exec(line)?.[1];
        if (post === undefined || !wanted.has(post)) continue;
        found.set(post, [...(found.get(post) ?? []), { file, ...parse(line) }]);
      }
    }
  }
  return found;
}

/** A POST that the vendor accepted. */
export interface AcceptedPost {
  round: number;
  row: number;
  attempt: number;
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

function orderOf({ round, attempt }: AcceptedPost): number {
  return round * MAX_POSTS + attempt;
}

/** Most lines are intents. */
const ACCEPTED = /"kind":"accepted"/;
/** POSTs for one clip in one round stay far below this. */
const MAX_POSTS = 1e6;

function acceptedOf(line: string): AcceptedPost | undefined {
  const numbers = POST.exec(line)?.[1]?.split('.').map(Number);
  const { answer } = parse(line);
  if (numbers?.length !== 3 || answer?.kind !== 'accepted') return undefined;
  const [round = 0, row = 0, attempt = 0] = numbers;
  return { round, row, attempt, taskId: answer.taskId };
}

/** A line torn by a full disk or a power cut is unreadable; its POST may have left. */
function parse(line: string): Omit<FoundRecord, 'file'> {
  try {
    return JournalRecord.parse(JSON.parse(line));
  } catch {
    return { try: -1 };
  }
}
