// How the cues of a row ended. Not in the segments: a row has its outcome when all its cues have theirs.
import { rowOf } from '../contract/cue.js';
import type { Clip, Outcome } from '../contract/clip.js';
import { cueName } from '../manifests/cues.js';
import type { Store } from '../store/store.js';
import { OutcomeRecord } from './segments.js';

/** Records the outcomes of cues; each replaces an earlier one. */
export async function recordCues(
  store: Store,
  rowClip: (row: number) => Promise<Clip>,
  outcomes: readonly Outcome[],
): Promise<void> {
  for (const outcome of outcomes) {
    const clip = await rowClip(rowOf(outcome.row));
    await store.write(keyOf(clip, outcome.row), `${JSON.stringify(outcome)}\n`);
  }
}

/** Undefined if the cue has not ended. @param clip its row */
export async function cueOutcome(
  store: Store,
  clip: Clip,
  number: number,
): Promise<Outcome | undefined> {
  const text = await store.readText(keyOf(clip, number));
  // The row may have had another number.
  return text === undefined ? undefined : { ...OutcomeRecord.parse(JSON.parse(text)), row: number };
}

function keyOf(clip: Clip, number: number): string {
  return `cue-outcomes/${cueName(clip, number)}.json`;
}
