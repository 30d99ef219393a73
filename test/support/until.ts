import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchProgress } from '../../contract/batch.js';

/** Below the timeout of a test, which would not say what was seen last. */
const LONGEST_MS = 8 * 60_000;

/** Looks until what it sees will do. */
export async function until<T>(look: () => Promise<T>, reached: (value: T) => boolean): Promise<T> {
  for (const end = Date.now() + LONGEST_MS; ;) {
    const value = await look();
    if (reached(value)) return value;
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(value)}`);
    await sleep(50);
  }
}

/** Looks until a batch's progress will do. */
export function batchUntil(
  batch: { progress: () => Promise<BatchProgress> },
  reached: (progress: BatchProgress) => boolean,
): Promise<BatchProgress> {
  return until(() => batch.progress(), reached);
}
