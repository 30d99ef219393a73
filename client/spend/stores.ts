// Where batches lie that may have cost something.
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { readBatchRecord, type BatchRecord } from '../../intake/batch-record.js';
import type { Ledger } from '../../outcomes/ledger/ledger.js';
import { isInBucket, placeIn, resolvePlace, splitPlace } from '../../store/places.js';
import type { Store } from '../../store/store.js';
import type { LocateContext } from '../context.js';

export interface PaidStore {
  store: Store;
  record: BatchRecord;
}

/** Those that Temporal knows, and those beside the ledger. A store that is not on this machine is left out. */
export async function paidStores(
  { temporal, openStore, outDir }: LocateContext,
  ledger: Ledger,
): Promise<PaidStore[]> {
  const known = await temporal.list();
  const places = new Set([
    ...known.flatMap(({ memo }) => (memo ? [placeIn(memo.store)] : [])),
    ...(await placesBeside(ledger)),
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

async function placesBeside(ledger: Ledger): Promise<Iterable<string>> {
  const { location } = ledger;
  if (!isInBucket(location)) {
    const entries = await readdir(location, { withFileTypes: true }).catch(() => []);
    return entries.filter((one) => one.isDirectory()).map(({ name }) => path.join(location, name));
  }
  // To list a bucket is to list every file of every batch: the ledger names the batches in which clips succeeded.
  const places = new Set<string>();
  for await (const entries of ledger.entries()) {
    for (const { soundtrack } of entries) {
      const { folder } = splitPlace(resolvePlace(location, soundtrack));
      places.add(splitPlace(folder).folder);
    }
  }
  return places;
}
