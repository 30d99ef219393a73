// Shapes of the vendor's answers, as far as docs/vendor-api.md documents them. Unknown fields are let
// through; a value that is harmless in another type is taken, one that decides about money is not.
import { z } from 'zod';
import { readTaskId } from '../contract/task-id.js';

/** An id as text (see `readTaskId`). */
export const taskIdSchema = z.unknown().transform((raw, context) => {
  const id = readTaskId(raw);
  if (id !== undefined) return id;
  context.addIssue('expected a task id');
  return z.NEVER;
});

const integerSchema = z
  .union([
    z.number().int(),
    z
      .string()
      .regex(/^\s*-?\d{1,15}\s*$/)
      .transform(Number),
  ])
  // -0 is 0.
  .transform((value) => value + 0);

const envelopeSchema = z.object({
  code: integerSchema.transform(String),
  msg: z.string().catch(''),
  data: z.unknown().optional(),
});

/** What every answer of the vendor has in common. `code` '0' means it went well. */
export type Envelope = z.infer<typeof envelopeSchema>;

/** Data of an accepted submission. */
export const acceptedSchema = z.object({ task_id: taskIdSchema });

const textSchema = z.string().optional().catch(undefined);
const numberSchema = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\s*-?\d{1,9}(\.\d+)?\s*$/)
      .transform(Number),
  ])
  .optional()
  .catch(undefined);

/** Data of a result query [V]. */
export const taskSchema = z.object({
  task_id: taskIdSchema.nullish(),
  status: integerSchema,
  reason: textSchema,
  progress: numberSchema,
  /** The name of `progress` on one of the vendor's pages. */
  process: numberSchema,
  position: numberSchema,
  /** No unit is given [V]; elsewhere at this vendor: seconds until it is worth asking again [T]. */
  wait_time: numberSchema,
  params: textSchema,
  result: z.unknown().optional(),
});

/** Shown to people; one per clip. */
const MAX_NOTE = 2000;
const noteSchema = z
  .union([z.string(), z.number()])
  .transform((note) => String(note).trim().slice(0, MAX_NOTE) || undefined)
  .optional()
  .catch(undefined);

/** A list of URLs, or a single one; other values are ignored. */
const pathsSchema = z
  .unknown()
  .optional()
  .transform((paths): string[] => {
    const list: unknown[] = Array.isArray(paths) ? paths : [paths];
    return list.filter((path) => typeof path === 'string');
  });

/**
 * What answers a result query. `code` is the task's own error code (the vendor's page calls it the
 * ErrCode of the task) [V]: where `data` tells of a status, it decides nothing, so any value will do.
 */
export const taskAnswerSchema = z.object({
  code: integerSchema.transform(String).optional().catch(undefined),
  msg: z.string().catch(''),
  data: taskSchema,
});

/** The content of `result`; `video_path` [V], `audio_path` [T]. */
export const resultSchema = z.object({
  model_version: noteSchema,
  translate_prompt: noteSchema,
  audio_path: pathsSchema,
  video_path: pathsSchema,
});

/** A valid JSON escape, or a stray backslash. */
const ESCAPES = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|\\/g;

/**
 * The parsed text, or undefined if it is not JSON. The vendor's own sample of a result has `\&` in its
 * URLs [V], which JSON does not know: where nothing else is wrong, such backslashes are dropped.
 */
export function parseJson(text: string): unknown {
  const plain = text.replace(/^\uFEFF/, '');
  for (const read of [
    () => plain,
    () => plain.replace(ESCAPES, (found) => (found === '\\' ? '' : found)),
  ]) {
    try {
      return JSON.parse(read());
    } catch {
      // Parsed leniently, if that differs.
    }
  }
  return undefined;
}

/** The answer, or undefined if the text does not have the documented form. */
export function readEnvelope(text: string): Envelope | undefined {
  return envelopeSchema.safeParse(parseJson(text)).data;
}

/** Whether an answer is an HTML page. */
export function looksLikeHtml(text: string, contentType: string | undefined): boolean {
  return (
    /^\s*<(!doctype|html|head|body)\b/i.test(text) || /\btext\/html\b/i.test(contentType ?? '')
  );
}
