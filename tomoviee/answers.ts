// Shapes of the vendor's answers, as far as vendor-api.md documents them. Unknown fields are let
// through; a value that is harmless in another type is taken, one that decides about money is not.
import { z } from 'zod';

/** Printable and bounded: an id goes into URLs, results and messages. */
const TASK_ID = /^[\x21-\x7e]{1,200}$/;

/** An id as text. One beyond 2^53 was already rounded by JSON.parse and would name another task: `int` refuses it. */
export const taskIdSchema = z
  .union([z.string(), z.number().int().nonnegative()])
  .transform((id) => String(id).trim())
  .pipe(z.string().regex(TASK_ID));

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
  /** One of the vendor's pages calls progress so. */
  process: numberSchema,
  position: numberSchema,
  params: textSchema,
  result: z.unknown().optional(),
});

/** A list of URLs, or one alone; whatever else stands there is left out. */
const pathsSchema = z
  .unknown()
  .optional()
  .transform((paths): string[] => {
    const list: unknown[] = Array.isArray(paths) ? paths : [paths];
    return list.filter((path) => typeof path === 'string');
  });

/** The content of `result` [T]. */
export const resultSchema = z.object({
  audio_path: pathsSchema,
  video_path: pathsSchema,
});

/** The parsed text, or undefined if it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

/** The answer, or undefined if the text is not one of the documented form. */
export function readEnvelope(text: string): Envelope | undefined {
  return envelopeSchema.safeParse(parseJson(text)).data;
}

/** Whether an answer is a page for people. */
export function looksLikeHtml(text: string, contentType: string | undefined): boolean {
  return (
    /^\s*<(!doctype|html|head|body)\b/i.test(text) || /\btext\/html\b/i.test(contentType ?? '')
  );
}
