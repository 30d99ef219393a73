// Which cues a row has: written down before the first of them is submitted, so that all that follows means the same.
import { hash } from 'node:crypto';
import { z } from 'zod';
import { cueNumber, rowOf } from '../contract/cue.js';
import type { Clip } from '../contract/clip.js';
import type { Store } from '../store/store.js';
import { fragmentOf } from './excerpt.js';

const FOLDER = 'cues/';

const seconds = z.number().nonnegative();
const Cue = z.object({
  /** From 1. */
  take: z.int().positive(),
  /** From 1, of `parts`. */
  part: z.int().positive(),
  prompt: z.string().exactOptional(),
  /** Of the clip: absent = all of it, or what its row chose. */
  excerpt: z.object({ start: seconds, length: seconds.exactOptional() }).exactOptional(),
});

const Plan = z.object({
  /** The row that it was made for. */
  of: z.string(),
  parts: z.int().positive(),
  /** By which neighbouring parts overlap, in seconds. */
  overlap: seconds,
  cues: z.array(Cue),
});

export type Cue = z.infer<typeof Cue>;
export type CuePlan = Omit<z.infer<typeof Plan>, 'of'>;

/** A row's cues; undefined if it has none, or they were made for what the row was before a correction. */
export async function readCues(store: Store, clip: Clip): Promise<CuePlan | undefined> {
  const text = await store.readText(keyOf(clip.row));
  if (text === undefined) return undefined;
  const { of, ...plan } = Plan.parse(JSON.parse(text));
  return of === rowDigest(clip) ? plan : undefined;
}

export async function writeCues(store: Store, clip: Clip, plan: CuePlan): Promise<void> {
  await store.write(keyOf(clip.row), `${JSON.stringify({ of: rowDigest(clip), ...plan })}\n`);
}

/** The numbers of a row's cues, in the order of its plan. */
export function numbersOf(row: number, { cues }: CuePlan): number[] {
  return cues.map((_, at) => cueNumber(row, at + 1));
}

/** What is submitted for one cue. @throws RangeError if its row has no such cue */
export async function cueClip(store: Store, base: Clip, number: number): Promise<Clip> {
  const plan = await readCues(store, base);
  const at = plan ? numbersOf(rowOf(number), plan).indexOf(number) : -1;
  const cue = plan?.cues[at];
  if (!plan || !cue) throw new RangeError(`row ${base.row} has no cue ${number}`);
  const { take, part, prompt = base.prompt, excerpt = base.excerpt } = cue;
  return {
    ...base,
    row: number,
    prompt,
    ...(excerpt && { excerpt }),
    cue: { take, part, parts: plan.parts },
  };
}

/** Tells a row from what it was before a correction. */
export function rowDigest(clip: Clip): string {
  const { id, fileLink, version = '', excerpt, prompt, prompts = [] } = clip;
  const parts = [id, fileLink, version, fragmentOf(excerpt), prompt, ...prompts];
  return hash('sha256', JSON.stringify(parts), 'base64url').slice(0, 22);
}

function keyOf(row: number): string {
  return `${FOLDER}${row}.json`;
}
