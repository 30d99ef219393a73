// What is left to do of a batch: the rows for the next round, and the tasks to ask about first.
import type { RecalledTask } from '../contract/activities.js';
import type { Clip } from '../contract/clip.js';
import { numbersOf, readCues } from '../manifests/cues.js';
import type { Snapshot } from '../manifests/snapshot.js';
import { cueOutcome } from '../outcomes/cue-outcomes.js';
import { lastAccepted, type AcceptedPost } from '../outcomes/journal-records.js';
import { mergeRows, type MergedRow } from '../outcomes/merge.js';
import type { Store } from '../store/store.js';
import { isOpenOutcome, recalledTask } from './recall.js';

export interface OpenRows {
  /** In manifest order. */
  rows: number[];
  recalled: RecalledTask[];
}

/** Rows that did not succeed. A row with a fault in the frozen manifest never can. */
export async function openRows(store: Store, snapshot: Snapshot): Promise<OpenRows> {
  const open: OpenRows = { rows: [], recalled: [] };
  const posts = await lastAccepted(store);
  for await (const { clip, outcome, task } of rowsWithTasks(store, snapshot)) {
    if (!isOpenOutcome(outcome) || (outcome && clip.fault !== undefined)) continue;
    addOpen(open, clip.row, task);
    open.recalled.push(...(await tasksOfCues(store, clip, posts)));
  }
  return open;
}

/** Tasks of a row's cues that an earlier round left at the vendor. */
async function tasksOfCues(
  store: Store,
  clip: Clip,
  posts: ReadonlyMap<number, AcceptedPost>,
): Promise<RecalledTask[]> {
  const plan = await readCues(store, clip);
  if (!plan) return [];
  const tasks = numbersOf(clip.row, plan).map(async (number) => {
    const outcome = await cueOutcome(store, clip, number);
    if (!isOpenOutcome(outcome)) return [];
    return recalledTask(number, outcome, posts.get(number)) ?? [];
  });
  return (await Promise.all(tasks)).flat();
}

/** All rows, with the tasks that earlier rounds left at the vendor. */
export async function* rowsWithTasks(
  store: Store,
  snapshot: Snapshot,
): AsyncIterable<MergedRow & { task?: RecalledTask }> {
  const posts = await lastAccepted(store);
  const { sinceRound = 1 } = await snapshot.info();
  for await (const merged of mergeRows({ store, snapshot })) {
    const { row } = merged.clip;
    const posted = posts.get(row);
    const speaksOfIt = posted && posted.round >= sinceRound;
    const task = recalledTask(row, merged.outcome, speaksOfIt ? posted : undefined);
    yield { ...merged, ...(task && { task }) };
  }
}

export function addOpen(open: OpenRows, row: number, task: RecalledTask | undefined): void {
  open.rows.push(row);
  if (task) open.recalled.push(task);
}
