// What a batch has cost: one payment for each submission that the vendor took.
import { rowOf } from '../contract/cue.js';
import { linesOf } from '../store/lines.js';
import type { Store } from '../store/store.js';
import { JOURNAL_FOLDER, readRecord } from './journal-records.js';
import { roundOfFile } from './round-files.js';
import { listSegments, readSegment } from './segments.js';
import { takesOf } from './choice.js';

export interface Payment {
  row: number;
  round: number;
  /** Epoch ms; undefined where the journal does not tell. */
  at?: number;
  /** Undefined: its answer was lost, and no task of it has turned up. It may have been paid for. */
  taskId?: string;
}

/**
 * All that was paid for, or may have been. A task that was learned of by its callback alone is put in the place
 * of a POST of its row whose answer was lost.
 */
export async function paymentsOf(store: Store): Promise<Payment[]> {
  const paid = new Map<string, Payment>();
  const open = new Map<string, Payment>();
  for (const file of await store.list(JOURNAL_FOLDER)) {
    for await (const lines of linesOf(store, file)) {
      for (const line of lines) {
        const found = readRecord(line, file);
        if (!found) continue;
        const { place, by, answer, at } = found;
        const { row, round } = place;
        const entry = { row, round, ...(at !== undefined && { at }) };
        const key = `${by} ${round}.${row}.${place.attempt}`;
        if (answer === undefined) open.set(key, entry);
        else if (answer.kind !== 'lost') open.delete(key);
        if (answer?.kind === 'accepted')
          paid.set(answer.taskId, { ...entry, taskId: answer.taskId });
      }
    }
  }
  const lost = [...open.values()];
  for (const { row, round, taskId } of await recordedTasks(store)) {
    if (paid.has(taskId)) continue;
    const at = lost.findIndex((one) => rowOf(one.row) === row && one.round <= round);
    const [post] = at < 0 ? [] : lost.splice(at, 1);
    // A folder whose journal is gone has its outcomes still.
    paid.set(taskId, { ...(post ?? { row, round }), taskId });
  }
  return [...paid.values(), ...lost];
}

/** Tasks that outcomes name. */
async function recordedTasks(
  store: Store,
): Promise<{ row: number; round: number; taskId: string }[]> {
  const tasks: { row: number; round: number; taskId: string }[] = [];
  for (const key of await listSegments(store)) {
    const round = roundOfFile(key);
    for (const outcome of await readSegment(store, key)) {
      const { row, status } = outcome;
      if (status === 'skipped') continue; // another batch's
      const ids = [outcome.taskId, ...takesOf(outcome).map((take) => take.taskId)];
      for (const taskId of ids) if (taskId !== undefined) tasks.push({ row, round, taskId });
    }
  }
  return tasks;
}
