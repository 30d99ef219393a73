// Claims a store for one batch, before anything of the batch is written to it.
import type { BatchSummary } from '../contract/clip.js';
import { SNAPSHOT_KEY } from '../manifests/snapshot-format.js';
import type { ManifestReport } from '../manifests/read.js';
import { openSnapshot } from '../manifests/snapshot.js';
import { listSegments } from '../outcomes/segments.js';
import type { Store } from '../store/store.js';
import { checkHome, createBatchRecord, readBatchRecord, writeBatchRecord } from './batch-record.js';
import type { BatchOptions } from '../contract/batch.js';
import { ReelscoreError, stoppedError } from '../contract/errors.js';
import { restoreResults } from '../outcomes/restore-results.js';
import { readSummary } from '../outcomes/summary.js';

/** Who claims a store, and with what. */
export interface StoreClaim {
  batch: string;
  account: string;
  /** REELSCORE_HOME of the embedded server in use. */
  home?: string;
  /** First run of the workflow that claims it. */
  chain?: string;
  options: BatchOptions;
}

/**
 * Claims the store for this batch; returns the summary if the batch has ended and Temporal has forgotten it.
 * @throws ReelscoreError `store_taken`, `batch_mismatch`, `batch_stopped`
 */
export async function claimStore(
  claim: StoreClaim,
  store: Store,
  report: ManifestReport,
): Promise<BatchSummary | undefined> {
  const { batch, account, home } = claim;
  const atHome = home === undefined ? {} : { home };
  const record = await readBatchRecord(store);
  const taken = record ? record.batch !== batch : await store.exists(SNAPSHOT_KEY);
  if (taken) {
    throw new ReelscoreError(
      'store_taken',
      `${store.location} holds the results of ${record ? `batch ${record.batch}` : 'another batch'} (use another --out)`,
    );
  }
  if (record) {
    if (record.account !== account) {
      throw new ReelscoreError(
        'batch_mismatch',
        `batch ${batch} belongs to the account ${record.account} (use another --batch)`,
      );
    }
    checkHome(record, atHome);
    await checkContent(store, batch, report);
    const summary = await readSummary(store, batch);
    if (summary) return summary;
    const now = new Date().toISOString();
    const view = { store, snapshot: openSnapshot(store) };
    const hasSnapshot = await store.exists(SNAPSHOT_KEY);
    const ended = hasSnapshot
      ? await restoreResults(view, batch, { startedAt: now, finishedAt: now }, record.options.xlsx)
      : undefined;
    if (ended) return ended.summary;
    // A client that lost the workflow must not pay for the whole batch again.
    const begun = (await store.list('submissions')).length + (await listSegments(store)).length;
    if (begun > 0) throw stoppedError(batch, 'lost by Temporal');
  }
  const ours = { version: 1, ...claim, round: 1 } as const;
  if (record) await writeBatchRecord(store, ours);
  // Of two batches that claim a store at one time, one alone gets it.
  else if (!(await createBatchRecord(store, ours))) return await claimStore(claim, store, report);
  return undefined;
}

/** @throws ReelscoreError `batch_mismatch` if the store's snapshot has different content */
export async function checkContent(
  store: Store,
  batch: string,
  report: ManifestReport,
): Promise<void> {
  if (!(await store.exists(SNAPSHOT_KEY))) return;
  const { hash } = await openSnapshot(store).info();
  if (hash === report.hash) return;
  throw new ReelscoreError(
    'batch_mismatch',
    `batch ${batch} was started with different content than ${report.path} has now (use another --batch)`,
  );
}
