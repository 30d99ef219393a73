// Starting a batch that was started before: it runs, or has ended, or nothing of it is left.
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import type { BatchSummary } from '../contract/clip.js';
import { taskQueueOf } from '../contract/names.js';
import { isVacant, readBatchRecord } from '../intake/batch-record.js';
import { checkContent } from '../intake/claim.js';
import type { ManifestReport } from '../manifests/read.js';
import { SNAPSHOT_KEY } from '../manifests/snapshot-format.js';
import { openSnapshot } from '../manifests/snapshot.js';
import { restoreResults, type RestoredResults } from '../outcomes/restore-results.js';
import { readSummary } from '../outcomes/summary.js';
import { isInBucket } from '../store/places.js';
import type { Store } from '../store/store.js';
import { batchOptionsOf } from '../config/config.js';
import type { StartContext } from './context.js';
import { ReelscoreError, stoppedError } from './errors.js';
import type { Execution } from './execution.js';
import { limitNotes } from './limit-notes.js';
import { openRows } from './open-rows.js';
import { optionNotes } from './option-notes.js';
import { started, type StartedBatch } from './started.js';
import { isOpen, phaseOf } from './states.js';

/** Undefined if it has run, and nothing of it is left: then it is to be started anew. */
export async function attach(
  context: StartContext,
  execution: Execution,
  report: ManifestReport,
  again?: boolean,
): Promise<StartedBatch | undefined> {
  const { config } = context;
  const { batch, memo } = execution;
  if (execution.taskQueue !== taskQueueOf(config.account)) {
    throw new ReelscoreError(
      'batch_mismatch',
      `batch ${batch} belongs to another account (queue ${execution.taskQueue}; use another --batch)`,
    );
  }
  const store = context.openStore(memo.store);
  await checkContent(store, batch, report);
  if (isOpen(execution)) {
    const record = await readBatchRecord(store);
    const notes = record ? optionNotes(record.options, batchOptionsOf(config, again)) : [];
    notes.push(...(await limitNotes(context, record?.options.pace)));
    if (config.outDir !== undefined && config.outDir !== memo.store) {
      notes.push(`its results lie in ${memo.store} (not in ${config.outDir})`);
    }
    return started('attached', batch, report, store, { notes });
  }
  if (await isVacant(store)) {
    checkPlace(context, execution);
    return undefined;
  }
  const end = await endOf(store, execution);
  if (end) return started('ended', batch, report, store, end);
  throw stoppedError(batch, execution.status.toLowerCase().replace('_', ' '));
}

/**
 * Missing results may be on another machine, or on a disk that is not mounted.
 * @throws ReelscoreError `results_gone`
 */
function checkPlace({ home, cwd }: StartContext, { batch, memo }: Execution): void {
  if (isInBucket(memo.store)) return;
  const isMachine = home !== undefined || memo.host === hostname();
  const parent = path.dirname(memo.store);
  const isBelow = !path.relative(cwd, parent).startsWith('..');
  if (isMachine && (isBelow || existsSync(parent))) return;
  const where = memo.host === undefined ? '' : ` on ${memo.host}`;
  throw new ReelscoreError(
    'results_gone',
    `batch ${batch} has run, and its results are in ${memo.store}${where}, not here (run it there; score it anew under another --batch)`,
  );
}

/** How a batch ended that has its folder. Results that were deleted are written again. */
async function endOf(
  store: Store,
  execution: Execution,
): Promise<{ summary: BatchSummary; notes?: string[] } | undefined> {
  const { batch, startedAt, closedAt = new Date() } = execution;
  const snapshot = openSnapshot(store);
  if (phaseOf(execution) === 'stopped') {
    // As long as there is something for a retry to do, it has not ended.
    if (!(await store.exists(SNAPSHOT_KEY))) return undefined;
    if ((await openRows(store, snapshot)).rows.length > 0) return undefined;
  } else {
    const summary = await readSummary(store, batch);
    if (summary) return { summary };
    if (!(await store.exists(SNAPSHOT_KEY))) return undefined;
  }
  const times = { startedAt: startedAt.toISOString(), finishedAt: closedAt.toISOString() };
  const { xlsx } = (await readBatchRecord(store))?.options ?? {};
  const restored = await restoreResults({ store, snapshot }, batch, times, xlsx);
  return restored && { summary: restored.summary, notes: restoredNotes(restored) };
}

function restoredNotes({ gone }: RestoredResults): string[] {
  const notes = ['its results were missing and have been written again'];
  if (gone > 0) {
    notes.push(
      `soundtracks of ${gone} of its clips are gone (to score these again: --batch NEW-NAME)`,
    );
  }
  return notes;
}
