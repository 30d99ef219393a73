import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchProgress } from '../../contract/batch.js';

/** Looks until what it sees will do; the test's timeout is the limit. */
export async function until<T>(look: () => Promise<T>, reached: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await look();
    if (reached(value)) return value;
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
