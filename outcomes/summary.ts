// Reads the summary of a batch that has ended.
import { z } from 'zod';
import type { BatchSummary } from '../contract/clip.js';
import type { Store } from '../store/store.js';

const count = z.int().nonnegative();
const summarySchema: z.ZodType<BatchSummary> = z.object({
  batch: z.string(),
  counts: z.object({
    total: count,
    succeeded: count,
    failed: count,
    rejected: count,
    cancelled: count,
    skipped: count,
  }),
  submissions: count,
  startedAt: z.string(),
  finishedAt: z.string(),
});

/** The summary of a batch; undefined if it has not ended, or if the summary is another batch's. */
export async function readSummary(store: Store, batch: string): Promise<BatchSummary | undefined> {
  const text = await store.readText('summary.json');
  if (text === undefined) return undefined;
  try {
    const summary = summarySchema.parse(JSON.parse(text));
    return summary.batch === batch ? summary : undefined;
  } catch (cause) {
    throw new Error(`${store.location}: summary.json is damaged (use another output folder)`, {
      cause,
    });
  }
}
