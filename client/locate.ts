// Finds a batch: Temporal knows where its results lie; when it has forgotten, the default folder tells.
import path from 'node:path';
import { ACCOUNT_PREFIX } from '../contract/names.js';
import { folderOfBatch, isBatchId, safeName } from '../manifests/batch-id.js';
import { openLocalStore } from '../store/local-store.js';
import type { Store } from '../store/store.js';
import { checkHome, readBatchRecord, type BatchRecord } from '../intake/batch-record.js';
import type { Whereabouts } from './context.js';
import { ReelscoreError } from './errors.js';
import type { Execution } from './execution.js';
import { unopenedError } from './unopened.js';

export interface LocatedBatch {
  batch: string;
  store: Store;
  /** The newest one; absent when Temporal does not know the batch (any more). */
  execution?: Execution;
  /** Absent when the store is on another machine. */
  record?: BatchRecord;
}

/** Absolute folder of a batch's results where none is given. */
export function defaultFolder(cwd: string, batch: string): string {
  return path.resolve(cwd, 'results', folderOfBatch(batch));
}

/** @throws ReelscoreError `batch_id_invalid` */
export function checkBatchId(batch: string): string {
  if (batch.startsWith(ACCOUNT_PREFIX)) {
    throw new ReelscoreError(
      'batch_id_invalid',
      `batch id ${JSON.stringify(batch)} cannot be used: ids that begin with ${ACCOUNT_PREFIX} are those of accounts (choose another with --batch)`,
    );
  }
  if (isBatchId(batch)) return batch;
  const safe = safeName(batch);
  throw new ReelscoreError(
    'batch_id_invalid',
    `batch id ${JSON.stringify(batch)} cannot be used (write letters, digits and ._- such as ${safe})`,
  );
}

/** @throws ReelscoreError `batch_not_found`, `batch_mismatch`, `batch_stopped` (it was never opened) */
export async function locateBatch(
  { temporal, cwd, ...ours }: Whereabouts,
  batch: string,
): Promise<LocatedBatch> {
  const execution = await temporal.describe(batch);
  if (!execution) checkBatchId(batch); // it becomes part of a path below
  const store = openLocalStore(execution?.memo.store ?? defaultFolder(cwd, batch));
  const record = await readBatchRecord(store);
  if (execution) return { batch, store, execution, ...(record && { record }) };
  if (record?.batch === batch) {
    checkHome(record, ours);
    return { batch, store, record };
  }
  const bare = await temporal.describeBare(batch);
  if (bare && !bare.memo) throw await unopenedError(temporal, bare);
  throw new ReelscoreError(
    'batch_not_found',
    `there is no batch ${batch} (see the batches with: reelscore status)`,
  );
}
