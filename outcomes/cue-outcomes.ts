// How the cues of a row ended. Not in the segments: a row has its outcome when all its cues have theirs.
import { isCue, rowOf } from '../contract/cue.js';
import type { Clip, Outcome } from '../contract/clip.js';
import { rowDigest } from '../manifests/cues.js';
import type { Store } from '../store/store.js';
import { OutcomeRecord } from './segments.js';
import { z } from 'zod';

const FOLDER = 'cue-outcomes/';
const Record = z.object({ of: z.string(), outcome: OutcomeRecord });

/** Records the outcomes of cues; each replaces an earlier one. */
export async function recordCues(
  store: Store,
  rowClip: (row: number) => Promise<Clip>,
  outcomes: readonly Outcome[],
): Promise<void> {
  for (const outcome of outcomes) {
    if (!isCue(outcome.row)) throw new Error(`row ${outcome.row} is no cue`);
    const of = rowDigest(await rowClip(rowOf(outcome.row)));
    await store.write(keyOf(outcome.row), `${JSON.stringify({ of, outcome })}\n`);
  }
}

/** Undefined if the cue has not ended. @param clip its row */
export async function cueOutcome(
  store: Store,
  clip: Clip,
  number: number,
): Promise<Outcome | undefined> {
  const text = await store.readText(keyOf(number));
  if (text === undefined) return undefined;
  const { of, outcome } = Record.parse(JSON.parse(text));
  return of === rowDigest(clip) ? outcome : undefined;
}

function keyOf(number: number): string {
  return `${FOLDER}${number}.json`;
}
