// Runs a batch again for the rows that did not succeed.
import { hostname } from 'node:os';
import { taskQueueOf } from '../contract/names.js';
import { writeCues } from '../manifests/cues.js';
import { switchSnapshot } from '../manifests/freeze.js';
import { openSnapshot } from '../manifests/snapshot.js';
import type { Store } from '../store/store.js';
import { batchOptionsOf, type ResolvedConfig } from '../config/config.js';
import {
  refuseFaults,
  withManifest,
  type CheckedManifest,
  type ManifestSource,
} from './check-source.js';
import { writeBatchRecord } from '../intake/batch-record.js';
import type { StartContext } from './context.js';
import { ReelscoreError } from './errors.js';
import { limitNotes } from './limit-notes.js';
import { locateBatch, mustHaveResults, type LocatedBatch } from './locate.js';
import { correctedRows, type CorrectedRows } from './corrected-rows.js';
import { refuseUnreachable } from '../intake/clip-reach.js';
import { markedRows, type MarkedRows } from './marks/marked-rows.js';
import { openRows } from './open-rows.js';
import { sealedOptions, sealNotes } from './seal-links.js';
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

/** Of rows that a correction adds. */
const SHOWN_IDS = 5;

export interface RetryOptions {
  /**
   * A corrected manifest, of all rows or of some: its changed rows and those that did not succeed are run.
   * Rows that it leaves out stay as they are.
   */
  manifest?: ManifestSource | CheckedManifest;
  /** Leave out rows of the corrected manifest that have problems instead of refusing it. */
  skipInvalid?: boolean;
  /** Ids of clips whose marks say that they are to be redone (`mark`): these alone are run. */
  marked?: readonly string[];
}

/**
 * Starts the next round of a batch that has ended, with today's settings. Tasks that earlier rounds left
 * at the vendor are asked about before anything is paid for again. A clip that is redone keeps the takes that it has.
 * @throws ReelscoreError `batch_not_found`, `batch_running`, `batch_mismatch`, `batch_stopped` (it was
 *   never opened), `results_gone`, `nothing_to_retry`; with a manifest also `correction_unclear` and what `start` throws for one
 */
export async function retryBatch(
  context: StartContext,
  batch: string,
  { manifest, skipInvalid = false, marked }: RetryOptions = {},
): Promise<RetriedBatch> {
  const { temporal, config, home } = context;
  const located = await locateBatch(context, batch);
  const { store, execution } = located;
  if (execution && isOpen(execution)) throw runningError(batch);
  checkAccount(located, config.account);
  await mustHaveResults(located);

  const round = (await lastRound(located)) + 1;
  const how = { config, round, skipInvalid };
  const { info, leftOut, added, told, plans, ...open } = marked
    ? await openMarked(store, marked)
    : await openOf(store, manifest, how);
  const { name, total } = info;
  if (open.rows.length === 0) throw nothingError(batch, told);

  const rows = { count: open.rows.length, key: `selections/${round}.json` };
  // Whoever makes it has this round; another who began at the same time has none.
  if (!(await store.create(rows.key, JSON.stringify(open.rows)))) throw runningError(batch);
  for (const { clip, plan } of plans) await writeCues(store, clip, plan);
  const recall = open.recalled.length > 0 ? { recall: `recalls/${round}.json` } : {};
  if (recall.recall !== undefined) await store.write(recall.recall, JSON.stringify(open.recalled));
  if (info.sinceRound === round) await switchSnapshot(store, info);

  // What another batch has scored meanwhile is left out, unless this one was to score anew.
  const again = located.record?.options.ledger?.again;
  // What was fitted is to be fitted again, and mixed, also if nothing says so today.
  const { fit, takes, mix } = located.record?.options ?? {};
  const before = {
    ...(fit && { fit }),
    ...(takes !== undefined && { takes }),
    ...(mix && { mix }),
  };
  const options = await sealedOptions({ ...before, ...batchOptionsOf(config, again) }, config);
  // What the ledger has of clips that are redone is what they have now.
  const { ledger } = options;
  const anew = marked && ledger && { ledger: { ...ledger, again: true as const } };
  await writeBatchRecord(store, {
    ...{ version: 1, batch, account: config.account, round, options },
    ...(home !== undefined && { home }),
  });
  const notes = [...told, ...(await limitNotes(context))];
  notes.push(...sealNotes(config, { home, links: [options.notify?.url] }));
  if (added.length > 0) notes.unshift(addedNote(added));
  if (leftOut > 0) notes.unshift(leftOutNote(leftOut, total));
  // What is open was found out before: a round that has begun since, and may have ended, did that.
  const now = await temporal.describeBare(batch);
  if (now?.startedAt.getTime() !== execution?.startedAt.getTime()) throw runningError(batch);
  const isNew = await temporal.start({
    batch,
    taskQueue: taskQueueOf(config.account),
    input: {
      version: 1,
      name,
      store: store.location,
      round,
      rows,
      options: { ...options, ...anew },
      ...recall,
    },
    memo: { name, store: store.location, total, rows: rows.count, round, host: hostname() },
    again: true,
  });
  // A start whose answer was lost and that was tried again finds its own round.
  if (!isNew && (await temporal.describe(batch))?.memo.round !== round) throw runningError(batch);
  return { batch, name, store: store.location, total, rows: rows.count, round, notes };
}

/** What is run, and for people what of it is not. */
type Open = CorrectedRows & Pick<MarkedRows, 'plans'> & { told: string[] };

async function openMarked(store: Store, ids: readonly string[]): Promise<Open> {
  const snapshot = openSnapshot(store);
  const { refused, notes, ...open } = await markedRows(store, snapshot, ids);
  const told = [...notes, ...refused.map(({ id, why }) => `${id} is not redone: ${why}`)];
  return { ...open, info: await snapshot.info(), leftOut: 0, added: [], told };
}

async function openOf(
  store: Store,
  manifest: RetryOptions['manifest'],
  { config, ...how }: { config: ResolvedConfig; round: number; skipInvalid: boolean },
): Promise<Open> {
  const snapshot = openSnapshot(store);
  if (manifest === undefined) {
    const open = await openRows(store, snapshot);
    return { ...open, info: await snapshot.info(), leftOut: 0, added: [], told: [], plans: [] };
  }
  return await withManifest(manifest, config, async (checked) => {
    refuseFaults(checked.report, how.skipInvalid);
    refuseUnreachable(checked.report, config);
    const { round } = how;
    const corrected = await correctedRows(store, snapshot, { ...checked, round });
    return { ...corrected, told: [], plans: [] };
  });
}

function addedNote(ids: string[]): string {
  const shown = ids.slice(0, SHOWN_IDS).join(', ') + (ids.length > SHOWN_IDS ? ', ...' : '');
  return `${ids.length} of its rows ${ids.length === 1 ? 'is' : 'are'} new to the batch, and scored too: ${shown}`;
}

function leftOutNote(rows: number, total: number): string {
  const [verb, stay] = rows === 1 ? ['row is', 'stays'] : ['rows are', 'stay'];
  return `${rows} of its ${total} ${verb} not in the corrected manifest and ${stay} in the results; what of them did not succeed is done again`;
}

function checkAccount({ batch, execution, record }: LocatedBatch, account: string): void {
  const taskQueue = taskQueueOf(account);
  const owner = execution?.taskQueue ?? taskQueueOf(record?.account ?? account);
  if (owner === taskQueue) return;
  throw new ReelscoreError(
    'batch_mismatch',
    `batch ${batch} belongs to another account (queue ${owner}; set REELSCORE_ACCOUNT to it)`,
  );
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

function nothingError(batch: string, told: string[]): ReelscoreError {
  if (told.length > 0) {
    const why = told.join('; ');
    return new ReelscoreError('nothing_to_retry', `batch ${batch} has nothing to redo: ${why}`);
  }
  return new ReelscoreError(
    'nothing_to_retry',
    `batch ${batch} has no clip left to be retried: each one succeeded, was scored before or has a fault in its manifest row`,
  );
}

function runningError(batch: string): ReelscoreError {
  return new ReelscoreError(
    'batch_running',
    `batch ${batch} is still running (wait for its end, or cancel it: reelscore cancel ${batch})`,
  );
}
