// Records the outcome of the rows that a cap left out.
import type { Outcome } from '../contract/clip.js';
import { mergeRows, type BatchStoreView } from './merge.js';
import { writeSegment } from './segments.js';

const SEGMENT_ROWS = 500;

/**
 * Records `skipped` for every row without an outcome. Segments are named by their first row, so that a
 * retry after a crash, which finds fewer such rows, overwrites none (O1).
 */
export async function recordLeftOut(
  view: BatchStoreView,
  round: number,
  { code, message }: { code: string; message: string },
): Promise<void> {
  let outcomes: Outcome[] = [];
  const write = async (): Promise<void> => {
    const [first] = outcomes;
    if (!first) return;
    const name = `left-out-${String(first.row).padStart(8, '0')}`;
    await writeSegment(view.store, round, name, outcomes);
    outcomes = [];
  };
  for await (const { clip, outcome } of mergeRows(view)) {
    if (outcome) continue;
    const { row } = clip;
    outcomes.push({ row, status: 'skipped', attempts: 0, errorCode: code, errorMessage: message });
    if (outcomes.length === SEGMENT_ROWS) await write();
  }
  await write();
}
