// Which cues of a row are still to be had.
import type { PreparePageOutput, RecalledTask } from '../../contract/activities.js';
import type { Clip, Outcome } from '../../contract/clip.js';
import { numbersOf, type CuePlan } from '../../manifests/cues.js';
import { cueOutcome } from '../../outcomes/cue-outcomes.js';
import type { Store } from '../../store/store.js';
import type { BatchFiles } from '../batch-files.js';

export type OpenCues = Required<Pick<PreparePageOutput, 'submit' | 'recalled' | 'cues'>>;

/** Leaves out what was paid for and is there, and tells apart what an earlier round left at the vendor. */
export async function openCues(
  { store, recalled }: Pick<BatchFiles, 'store' | 'recalled'>,
  clip: Clip,
  plan: CuePlan,
  recall: string | undefined,
): Promise<OpenCues> {
  const tasks = recall === undefined ? new Map<number, RecalledTask>() : await recalled(recall);
  const open: OpenCues = { submit: [], recalled: [], cues: [] };
  for (const number of numbersOf(clip.row, plan)) {
    if (await isThere(store, await cueOutcome(store, clip, number))) continue;
    const task = tasks.get(number);
    if (task) open.recalled.push(task);
    else open.submit.push([number, number]);
  }
  open.cues.push([clip.row, open.submit.length + open.recalled.length]);
  return open;
}

async function isThere(store: Store, outcome: Outcome | undefined): Promise<boolean> {
  if (outcome?.status !== 'succeeded' || outcome.output === undefined) return false;
  return await store.exists(outcome.output);
}
