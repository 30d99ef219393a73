// What is left to do of a batch: the rows for the next round, and the tasks to ask about first.
import type { RecalledTask } from '../contract/activities.js';
import type { Snapshot } from '../manifests/snapshot.js';
import { lastAccepted } from '../outcomes/journal-records.js';
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
  for await (const { clip, outcome, task } of rowsWithTasks(store, snapshot)) {
    if (!isOpenOutcome(outcome) || (outcome && clip.fault !== undefined)) continue;
    addOpen(open, clip.row, task);
  }
  return open;
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
