// Runs a batch again for the rows that did not succeed.
import { taskQueueOf } from '../contract/names.js';
import { openSnapshot } from '../manifests/snapshot.js';
import { mergeRows, type MergedRow } from '../outcomes/merge.js';
import type { Store } from '../store/store.js';
import { batchOptionsOf } from '../workers/config.js';
import { writeBatchRecord } from '../intake/batch-record.js';
import type { StartContext } from './context.js';
import { ReelscoreError } from './errors.js';
import { limitNotes } from './limit-notes.js';
import { locateBatch, type LocatedBatch } from './locate.js';
import { isOpen } from './states.js';

export interface RetriedBatch {
  batch: string;
  name: string;
  store: string;
  /** Rows of the manifest. */
  total: number;
  /** Rows that are run again. */
  rows: number;
  round: number;
  /** What the caller asked for and did not get, for people. */
  notes: string[];
}

/**
 * Starts the next round of a batch that has ended, with today's settings.
 * @throws ReelscoreError `batch_not_found`, `batch_running`, `batch_mismatch`, `nothing_to_retry`
 */
export async function retryBatch(context: StartContext, batch: string): Promise<RetriedBatch> {
  const { temporal, config, home } = context;
  const located = await locateBatch(context, batch);
  const { store, execution, record } = located;
  if (execution && isOpen(execution)) throw runningError(batch);
  const taskQueue = taskQueueOf(config.account);
  const owner = execution?.taskQueue ?? taskQueueOf(record?.account ?? config.account);
  if (owner !== taskQueue) {
    throw new ReelscoreError(
      'batch_mismatch',
      `batch ${batch} belongs to another account (queue ${owner}; set REELSCORE_ACCOUNT to it)`,
    );
  }

  const snapshot = openSnapshot(store);
  const { name, total } = await snapshot.info();
  const open: number[] = [];
  for await (const row of mergeRows({ store, snapshot }))
    if (isOpenRow(row)) open.push(row.clip.row);
  if (open.length === 0) {
    throw new ReelscoreError(
      'nothing_to_retry',
      `batch ${batch} has no clip left to be retried: each one succeeded, was skipped or has a fault in its manifest row`,
    );
  }

  const round = (await lastRound(located)) + 1;
  const key = `selections/${round}.json`;
  await store.write(key, JSON.stringify(open));
  const options = batchOptionsOf(config);
  await writeBatchRecord(store, {
    ...{ version: 1, batch, account: config.account, round, options },
    ...(home !== undefined && { home }),
  });
  const rows = { count: open.length, key };
  const notes = await limitNotes(context);
  const isNew = await temporal.start({
    batch,
    taskQueue,
    input: { version: 1, name, store: store.location, round, rows, options },
    memo: { name, store: store.location, total, rows: open.length, round },
    again: true,
  });
  // A start whose answer was lost and that was tried again finds its own round.
  if (!isNew && (await temporal.describe(batch))?.memo.round !== round) throw runningError(batch);
  return { batch, name, store: store.location, total, rows: open.length, round, notes };
}

/** A row with a fault in the frozen manifest can never succeed; one record of it is enough. */
function isOpenRow({ clip, outcome }: MergedRow): boolean {
  if (!outcome) return true;
  if (clip.fault !== undefined) return false;
  return outcome.status !== 'succeeded' && outcome.status !== 'skipped';
}

/** Rounds leave traces in several places, and any of them may be lost. */
async function lastRound({ store, execution, record }: LocatedBatch): Promise<number> {
  const finished = await roundsIn(store, 'rounds');
  const selected = await roundsIn(store, 'selections');
  const recorded = await roundsIn(store, 'outcomes');
  const known = [execution?.memo.round ?? 1, record?.round ?? 1];
  return [...finished, ...selected, ...recorded].reduce(
    (a, b) => Math.max(a, b),
    Math.max(...known),
  );
}

async function roundsIn(store: Store, folder: string): Promise<number[]> {
  const keys = await store.list(folder);
  return keys.map((key) => Number.parseInt(key.slice(folder.length + 1), 10) || 0);
}

function runningError(batch: string): ReelscoreError {
  return new ReelscoreError(
    'batch_running',
    `batch ${batch} is still running (wait for its end, or cancel it: reelscore cancel ${batch})`,
  );
}
