// Where batches lie that may have cost something.
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { readBatchRecord, type BatchRecord } from '../../intake/batch-record.js';
import { placeIn } from '../../store/places.js';
import type { Store } from '../../store/store.js';
import type { LocateContext } from '../context.js';

export interface PaidStore {
  store: Store;
  record: BatchRecord;
}

/**
 * Those that Temporal knows, and those beside the ledger. A store that is not on this machine is left out.
 * @param folder in which results lie
 */
export async function paidStores(
  { temporal, openStore, outDir }: LocateContext,
  folder: string,
): Promise<PaidStore[]> {
  const known = await temporal.list();
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const places = new Set([
    ...known.flatMap(({ memo }) => (memo ? [placeIn(memo.store)] : [])),
    ...entries.filter((one) => one.isDirectory()).map(({ name }) => path.join(folder, name)),
    ...(outDir === undefined ? [] : [placeIn(outDir)]),
  ]);
  const found: PaidStore[] = [];
  for (const place of places) {
    const store = openStore(place);
    const record = await readBatchRecord(store);
    if (record) found.push({ store, record });
  }
  return found;
}
