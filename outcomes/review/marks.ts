// What people said of takes.
//
// H1. A mark holds for the takes that a clip had when it was made: once the clip has other takes, it changes nothing.
import { hash, randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';
import type { Outcome } from '../../contract/clip.js';
import { ReelscoreError } from '../../contract/errors.js';
import { MAX_FIELD_CHARS, MAX_ID_BYTES } from '../../manifests/limits.js';
import type { Store } from '../../store/store.js';
import { takesOf } from '../choice.js';
import { appendNotes, readNewest } from '../newest-lines.js';

export const MARKS_FOLDER = 'marks';
export const MOST_NOTE_CHARACTERS = 2000;

/** What one person said of one clip. */
export const MarkSchema = z.strictObject({
  /** Of the clip. */
  id: z.string().min(1).max(MAX_ID_BYTES),
  /** Names the takes that the clip had, see `takesName`. */
  takes: z.string().max(64),
  /** Store key of the file that was listened to; absent of a clip without one. */
  output: z.string().max(4096).exactOptional(),
  /** Absent: a note alone. */
  decision: z.enum(['approve', 'redo']).exactOptional(),
  /** With `redo`: for the new take; absent = the same again. */
  prompt: z.string().trim().min(1).max(MAX_FIELD_CHARS).exactOptional(),
  note: z.string().max(MOST_NOTE_CHARACTERS).exactOptional(),
});
export type Mark = z.infer<typeof MarkSchema>;

const Entry = MarkSchema.extend({
  /** Epoch ms. */
  at: z.number(),
});
export type MarkEntry = z.infer<typeof Entry>;

/** Marks of a batch by clip, the newest of each. */
export type Marks = ReadonlyMap<string, MarkEntry>;

/** This process, among all that append marks. */
const WRITER = `${hash('sha256', hostname(), 'hex').slice(0, 8)}-${randomBytes(4).toString('hex')}`;

export async function appendMarks(store: Store, marks: readonly Mark[]): Promise<void> {
  const at = Date.now();
  const notes = marks.map((mark) => ({ ...mark, at }));
  await appendNotes(store, { folder: MARKS_FOLDER, writer: WRITER }, notes);
}

export function readMarks(store: Store): Promise<Marks> {
  return readNewest(store, MARKS_FOLDER, Entry);
}

/** Names the takes that a row has; a new one changes it. A row without any has a name too. */
export function takesName(outcome: Outcome | undefined): string {
  const takes = outcome ? takesOf(outcome) : [];
  const parts = takes.map(({ taskId = '', outputs }) => [taskId, ...outputs]);
  return hash('sha256', JSON.stringify(parts), 'hex').slice(0, 16);
}

/** The mark of a row that still holds (H1). */
export function markOf(
  marks: Marks,
  id: string,
  outcome: Outcome | undefined,
): MarkEntry | undefined {
  const mark = marks.get(id);
  return mark && mark.takes === takesName(outcome) ? mark : undefined;
}

/** Whether a person has approved what is heard of a row. */
export function isApproved(mark: Mark | undefined, outcome: Outcome | undefined): boolean {
  return mark?.decision === 'approve' && mark.output === outcome?.output;
}

/** Bytes of a file of marks. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

const MarksFile = z.strictObject({
  version: z.literal(1),
  batch: z.string().min(1),
  marks: z.array(MarkSchema),
});

/**
 * Reads a file that the report has made.
 * @throws MarksError
 */
export async function readMarksFile(path: string): Promise<{ batch: string; marks: Mark[] }> {
  const { batch, marks } = await parsed(path);
  const ids = new Set<string>();
  for (const { id } of marks) {
    if (ids.has(id)) throw new MarksError(`${path}: clip ${id} has two marks (remove one)`);
    ids.add(id);
  }
  return { batch, marks };
}

async function parsed(path: string): Promise<z.infer<typeof MarksFile>> {
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) throw new Error(`it has ${size} bytes`);
    const file = MarksFile.safeParse(JSON.parse(await readFile(path, 'utf8')));
    if (file.success) return file.data;
    const [issue] = file.error.issues;
    throw new Error(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new MarksError(
      `${path} is no file of marks: ${why} (give the one that the report saves: marks.json)`,
      { cause },
    );
  }
}

export class MarksError extends ReelscoreError {
  override readonly name = 'MarksError';
  constructor(message: string, options?: ErrorOptions) {
    super('marks_invalid', message, options);
  }
}
