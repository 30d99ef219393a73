// Which batch a store belongs to, and the settings it was last started with. Lies in the store itself,
// so that it outlives Temporal's memory of the batch.
import { z } from 'zod';
import type { BatchOptions } from '../contract/batch.js';
import type { Store } from '../store/store.js';

const KEY = 'batch.json';

const recordSchema = z.object({
  version: z.literal(1),
  batch: z.string(),
  account: z.string(),
  /** Of the last start; it may not have come to run. */
  round: z.int().positive(),
  options: z.custom<BatchOptions>((value) => typeof value === 'object' && value !== null),
});

export type BatchRecord = z.infer<typeof recordSchema>;

/** @throws Error if there is one that cannot be read */
export async function readBatchRecord(store: Store): Promise<BatchRecord | undefined> {
  const text = await store.readText(KEY);
  if (text === undefined) return undefined;
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`${store.location}: ${KEY} is damaged (use another output folder)`, { cause });
  }
}

/** Replaces the one that is there. */
export async function writeBatchRecord(store: Store, record: BatchRecord): Promise<void> {
  await store.write(KEY, `${JSON.stringify(record)}\n`);
}
