// Compares what a batch says with what the vendor knows: nothing lost, nothing paid twice silently.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ResultRow } from '../../outcomes/result-row.js';
import type { TaskEntry } from '../../tomoviee/simulator/task-list.js';

/** Statuses that explain a further submission by themselves: the vendor failed or timed out. */
const EXPLAINED = new Set([4, 6]);

/** Everything wrong with a finished batch, in words; empty = it holds. */
export function faultsOf(
  rows: ResultRow[],
  total: number,
  ledger: Pick<TaskEntry, 'taskId' | 'fileLink' | 'status'>[],
  folder: string,
): string[] {
  const faults: string[] = [];
  if (rows.length !== total) faults.push(`${rows.length} rows of ${total}`);
  const ids = new Set(rows.map(({ id }) => id));
  if (ids.size !== rows.length) faults.push('a row appears twice');
  const paid = new Map<string, typeof ledger>();
  for (const entry of ledger) {
    paid.set(entry.fileLink, [...(paid.get(entry.fileLink) ?? []), entry]);
  }
  for (const row of rows) {
    const own = paid.get(row.file_link) ?? [];
    if (row.status === 'pending') faults.push(`${row.id} has no outcome`);
    if (row.task_id !== null && !own.some(({ taskId }) => taskId === row.task_id)) {
      faults.push(`${row.id}: task ${row.task_id} is not in the ledger for it`);
    }
    const unexplained = own.filter(
      ({ status, taskId }) => taskId !== row.task_id && !EXPLAINED.has(status),
    );
    if (own.length > 1 && unexplained.length > 0 && !row.possible_duplicate) {
      faults.push(`${row.id}: paid ${own.length} times and not flagged`);
    }
    if (row.status !== 'succeeded') continue;
    if (own.length === 0) faults.push(`${row.id} succeeded without a submission`);
    if (row.output === null || !existsSync(join(folder, row.output))) {
      faults.push(`${row.id}: no soundtrack at ${row.output ?? 'null'}`);
    }
  }
  return faults;
}
