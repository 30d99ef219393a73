// What is left to do of a batch: the rows for the next round, and the tasks to ask about first.
import type { RecalledTask } from '../contract/activities.js';
import type { Clip } from '../contract/clip.js';
import { hasCues, numbersOf, readCues } from '../manifests/cues.js';
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
  for await (const { clip, outcome, tasks } of rowsWithTasks(store, snapshot)) {
    if (!isOpenOutcome(outcome) || (outcome && clip.fault !== undefined)) continue;
    addOpen(open, clip.row, tasks);
  }
  return open;
}

/**
 * All rows, with the tasks that earlier rounds left at the vendor: of the row itself, or of its cues.
 * @param redone ids of rows that may be run again though they succeeded
 */
export async function* rowsWithTasks(
  store: Store,
  snapshot: Snapshot,
  redone: ReadonlySet<string> = new Set(),
): AsyncIterable<MergedRow & { tasks: RecalledTask[] }> {
  const posts = await lastAccepted(store);
  const { sinceRound = 1 } = await snapshot.info();
  /** Before a correction numbers were other rows'. */
  const postOf = (number: number): AcceptedPost | undefined => {
    const posted = posts.get(number);
    return posted && posted.round >= sinceRound ? posted : undefined;
  };
  const withCues = await hasCues(store);
  for await (const merged of mergeRows({ store, snapshot })) {
    const { clip, outcome } = merged;
    const isOpen = isOpenOutcome(outcome);
    const own = isOpen ? recalledTask(clip.row, outcome, postOf(clip.row)) : undefined;
    const looks = withCues && (isOpen || redone.has(clip.id));
    const ofCues = looks ? await tasksOfCues(store, clip, postOf) : [];
    yield { ...merged, tasks: [...(own ? [own] : []), ...ofCues] };
  }
}

async function tasksOfCues(
  store: Store,
  clip: Clip,
  postOf: (number: number) => AcceptedPost | undefined,
): Promise<RecalledTask[]> {
  const plan = await readCues(store, clip);
  if (!plan) return [];
  const tasks = numbersOf(clip.row, plan).map(async (number) => {
    const outcome = await cueOutcome(store, clip, number);
    return isOpenOutcome(outcome) ? (recalledTask(number, outcome, postOf(number)) ?? []) : [];
  });
  return (await Promise.all(tasks)).flat();
}

export function addOpen(open: OpenRows, row: number, tasks: readonly RecalledTask[]): void {
  open.rows.push(row);
  open.recalled.push(...tasks);
}
