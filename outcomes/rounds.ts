// Each round leaves a record, so that the summary can cover the whole batch.
import { z } from 'zod';
import type { Store } from '../store/store.js';

const FOLDER = 'rounds';

const RoundRecord = z.object({ startedAt: z.iso.datetime(), submissions: z.int() });

/** What one round adds to the summary. */
export type RoundRecord = z.infer<typeof RoundRecord>;

/** Records one round, replacing what an earlier try recorded. */
export function writeRound(store: Store, round: number, record: RoundRecord): Promise<void> {
  return store.write(`${FOLDER}/${round}.json`, JSON.stringify(record));
}

/** Whether a round has ended. */
export async function hasRounds(store: Store): Promise<boolean> {
  return (await store.list(FOLDER)).length > 0;
}

/**
 * Start of the first round, and the submissions of all rounds.
 * @throws Error naming the record that cannot be read
 */
export async function sumRounds(store: Store): Promise<RoundRecord> {
  const keys = await store.list(FOLDER);
  const records = await Promise.all(keys.map((key) => readRound(store, key)));
  return records.reduce((sum, { startedAt, submissions }) => ({
    startedAt: startedAt < sum.startedAt ? startedAt : sum.startedAt,
    submissions: sum.submissions + submissions,
  }));
}

async function readRound(store: Store, key: string): Promise<RoundRecord> {
  try {
    return RoundRecord.parse(JSON.parse((await store.readText(key)) ?? ''));
  } catch (cause) {
    throw new Error(`${store.location}: ${key} is damaged (restore it)`, { cause });
  }
}
