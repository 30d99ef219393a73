// Finds a batch: in Temporal, which knows where its results are, else in the default folder.
import path from 'node:path';
import { ACCOUNT_PREFIX, MIX_PREFIX } from '../contract/names.js';
import { folderOfBatch, isBatchId, safeName } from '../manifests/batch-id.js';
import type { Store } from '../store/store.js';
import { checkHome, isVacant, readBatchRecord, type BatchRecord } from '../intake/batch-record.js';
import type { LocateContext } from './context.js';
import { ReelscoreError } from './errors.js';
import { openedOf, type Execution } from './execution.js';
import { notStartedError } from './not-started.js';

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
  const taken = [ACCOUNT_PREFIX, MIX_PREFIX].find((prefix) => batch.startsWith(prefix));
  if (taken !== undefined) {
    throw new ReelscoreError(
      'batch_id_invalid',
      `batch id ${JSON.stringify(batch)} cannot be used: Reelscore's own workflows have ids that begin with ${taken} (choose another with --batch)`,
    );
  }
  if (isBatchId(batch)) return batch;
  const safe = safeName(batch);
  throw new ReelscoreError(
    'batch_id_invalid',
    `batch id ${JSON.stringify(batch)} cannot be used (write letters, digits and ._- such as ${safe})`,
  );
}

/**
 * @throws ReelscoreError `batch_not_found`, `batch_mismatch`; `batch_running` or `batch_stopped` of a batch
 *   whose manifest is not read yet, or could not be
 */
export async function locateBatch(
  { temporal, openStore, cwd, outDir, ...ours }: LocateContext,
  batch: string,
): Promise<LocatedBatch> {
  const bare = await temporal.describeBare(batch);
  const execution = bare && openedOf(bare);
  if (execution) {
    const store = openStore(execution.memo.store);
    const record = await readBatchRecord(store);
    return { batch, store, execution, ...(record && { record }) };
  }
  checkBatchId(batch); // it becomes part of a path
  for (const folder of [...(outDir === undefined ? [] : [outDir]), defaultFolder(cwd, batch)]) {
    const store = openStore(folder);
    const record = await readBatchRecord(store);
    if (record?.batch !== batch) continue;
    checkHome(record, ours);
    return { batch, store, record };
  }
  if (bare) throw await notStartedError(temporal, bare);
  throw new ReelscoreError(
    'batch_not_found',
    `there is no batch ${batch} (see the batches with: reelscore status)`,
  );
}

/** @throws ReelscoreError `results_gone` */
export async function mustHaveResults({ batch, store }: LocatedBatch): Promise<void> {
  if (!(await isVacant(store))) return;
  throw new ReelscoreError(
    'results_gone',
    `the results of batch ${batch} are not in ${store.location} any more (score it anew with the command that made it: reelscore run MANIFEST)`,
  );
}
