// Which batch a store belongs to, and the settings it was last started with. Kept in the store itself, so
// that it outlives Temporal's retention of the batch.
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { BatchOptions } from '../contract/batch.js';
import { SNAPSHOT_KEY } from '../manifests/snapshot-format.js';
import type { Store } from '../store/store.js';
import { ReelscoreError } from '../contract/errors.js';

const KEY = 'batch.json';

const recordSchema = z.object({
  version: z.literal(1),
  batch: z.string(),
  account: z.string(),
  /** REELSCORE_HOME of the embedded server that knows the batch; absent for a named server. */
  home: z.string().exactOptional(),
  /** First run of the workflow that opened it; absent if a client did. */
  chain: z.string().exactOptional(),
  /** Round of the last start, which may not have run. */
  round: z.int().positive(),
  options: z.custom<BatchOptions>((value) => typeof value === 'object' && value !== null),
});

export type BatchRecord = z.infer<typeof recordSchema>;

/** @throws Error if the record cannot be read */
export async function readBatchRecord(store: Store): Promise<BatchRecord | undefined> {
  const text = await store.readText(KEY);
  if (text === undefined) return undefined;
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`${store.location}: ${KEY} is damaged (use another output folder)`, { cause });
  }
}

/** Whether a store holds no batch: it is new, or its content was deleted. */
export async function isVacant(store: Store): Promise<boolean> {
  return !(await store.exists(KEY)) && !(await store.exists(SNAPSHOT_KEY));
}

/** The first record of a store; false if somebody else has written one since it was looked for. */
export async function createBatchRecord(store: Store, record: BatchRecord): Promise<boolean> {
  return await store.create(KEY, lineOf(record));
}

/** Replaces an existing record. */
export async function writeBatchRecord(store: Store, record: BatchRecord): Promise<void> {
  await store.write(KEY, lineOf(record));
}

function lineOf(record: BatchRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** The embedded server that a record should name. */
export function recordedHome(server: { embedded: boolean }, home: string): { home?: string } {
  return server.embedded ? { home: realpathSync(home) } : {};
}

/**
 * A batch that this server does not know may still run on the embedded server of another home; scoring it
 * here as well would pay for it twice.
 * @throws ReelscoreError `batch_mismatch`
 */
export function checkHome({ batch, home }: BatchRecord, ours: { home?: string }): void {
  if (home === undefined || home === ours.home) return;
  if (!existsSync(path.join(home, 'temporal.db'))) return; // nothing can run there
  throw new ReelscoreError(
    'batch_mismatch',
    `batch ${batch} belongs to the Temporal server of another home (set REELSCORE_HOME=${home})`,
  );
}
