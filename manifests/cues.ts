// Which cues a row has: written down before the first of them is submitted, so that all that follows means the same.
import { hash } from 'node:crypto';
import { z } from 'zod';
import { cueNumber, nthOf } from '../contract/cue.js';
import type { Clip, Take } from '../contract/clip.js';
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
  /** The task whose take it is to replace, if it redoes one. */
  redoes: z.string().exactOptional(),
});

/** A take that is there. */
export const TakeRecord = z.object({
  taskId: z.string().exactOptional(),
  outputs: z.array(z.string()),
  prompt: z.string().exactOptional(),
  modelVersion: z.string().exactOptional(),
  translatePrompt: z.string().exactOptional(),
}) satisfies z.ZodType<Take>;

/** What a row that is redone has, and keeps if nothing comes of it. */
const Had = z.object({
  takes: z.array(TakeRecord),
  /** Store key of the file that was chosen. */
  chosen: z.string(),
  attempts: z.int().nonnegative(),
  possibleDuplicate: z.boolean().exactOptional(),
  fitted: z.string().exactOptional(),
});

const Plan = z.object({
  parts: z.int().positive(),
  /** By which neighbouring parts overlap, in seconds. */
  overlap: seconds,
  cues: z.array(Cue),
  /** How many of them, from the first, are over: those of takes that the row has, or that were given up. */
  over: z.int().nonnegative().exactOptional(),
  had: Had.exactOptional(),
});

export type Cue = z.infer<typeof Cue>;
export type CuePlan = z.infer<typeof Plan>;

/** A row's cues; undefined if it has none. */
export async function readCues(store: Store, clip: Clip): Promise<CuePlan | undefined> {
  const text = await store.readText(planKey(clip));
  return text === undefined ? undefined : Plan.parse(JSON.parse(text));
}

export async function writeCues(store: Store, clip: Clip, plan: CuePlan): Promise<void> {
  await store.write(planKey(clip), `${JSON.stringify(plan)}\n`);
}

/** Whether any row has cues. */
export async function hasCues(store: Store): Promise<boolean> {
  return (await store.list(FOLDER)).length > 0;
}

/** The cues of a row that it has or waits for, in the order of its plan, with their numbers. */
export function cuesOf(row: number, { cues, over = 0 }: CuePlan): { cue: Cue; number: number }[] {
  return cues.map((cue, at) => ({ cue, number: cueNumber(row, at + 1) })).slice(over);
}

/** Their numbers. */
export function numbersOf(row: number, plan: CuePlan): number[] {
  return cuesOf(row, plan).map(({ number }) => number);
}

/** What is submitted for one cue. @throws RangeError if its row has no such cue */
export function cueClip(base: Clip, plan: CuePlan | undefined, number: number): Clip {
  const nth = nthOf(number);
  const cue = plan?.cues[nth - 1];
  if (!plan || !cue) throw new RangeError(`row ${base.row} has no cue ${nth}`);
  const { take, part, prompt = base.prompt, excerpt = base.excerpt } = cue;
  return {
    ...base,
    row: number,
    prompt,
    ...(excerpt && { excerpt }),
    cue: { name: cueName(base, number), take, part, parts: plan.parts },
  };
}

/** Names what belongs to a cue in the store. @param clip its row */
export function cueName(clip: Clip, number: number): string {
  return `${rowDigest(clip)}-${nthOf(number)}`;
}

function planKey(clip: Clip): string {
  return `${FOLDER}${rowDigest(clip)}.json`;
}

/** A corrected manifest may give a row another number, and a number another row. */
function rowDigest({ id, fileLink, version = '', excerpt, prompt, prompts = [] }: Clip): string {
  const parts = [id, fileLink, version, fragmentOf(excerpt), prompt, ...prompts];
  return hash('sha256', JSON.stringify(parts), 'hex').slice(0, 32);
}
