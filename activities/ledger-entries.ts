import type { LedgerOptions } from '../contract/batch.js';
import type { Outcome } from '../contract/clip.js';
import { keysOf } from '../ledger/digests.js';
import type { LedgerEntry } from '../ledger/entry.js';
import { soundtrackOf } from '../ledger/soundtracks.js';
import type { BatchFiles } from './batch-files.js';
import { KeptTags } from './clip-tags.js';

export interface LedgerContext {
  files: BatchFiles;
  round: number;
  batch: string;
  ledger: LedgerOptions;
}

/** What the ledger gets to know of some outcomes: the clips that succeeded. */
export async function ledgerEntries(
  { files, round, batch, ledger }: LedgerContext,
  outcomes: readonly Outcome[],
): Promise<LedgerEntry[]> {
  const { store, snapshot } = files;
  const tags =
    ledger.identity === 'etag'
      ? new KeptTags(store, round, (await snapshot.info()).pageSize)
      : undefined;
  const at = new Date().toISOString();
  const entries = outcomes.map(async ({ row, status, output, taskId }) => {
    if (status !== 'succeeded' || output === undefined || taskId === undefined) return [];
    const keys = keysOf(await snapshot.clip(row), await tags?.of(row));
    const soundtrack = soundtrackOf(ledger.location, store.location, output);
    return [{ ...keys, soundtrack, batch, taskId, at }];
  });
  return (await Promise.all(entries)).flat();
}
