import type { LedgerOptions } from '../contract/batch.js';
import type { Outcome } from '../contract/clip.js';
import { keysOf } from '../outcomes/ledger/digests.js';
import { linkReader } from '../outcomes/ledger/link-rule.js';
import type { LedgerEntry } from '../outcomes/ledger/entry.js';
import { soundtrackOf } from '../outcomes/ledger/soundtracks.js';
import type { BatchFiles } from './batch-files.js';
import { KeptTags } from './clip-tags.js';

export interface LedgerContext {
  files: BatchFiles;
  round: number;
  batch: string;
  ledger: LedgerOptions;
}

/** The ledger entries for some outcomes: one for each clip that succeeded. */
export async function ledgerEntries(
  { files, round, batch, ledger }: LedgerContext,
  outcomes: readonly Outcome[],
): Promise<LedgerEntry[]> {
  const { store, snapshot } = files;
  const tags =
    ledger.identity === 'etag'
      ? new KeptTags(store, round, (await snapshot.info()).pageSize)
      : undefined;
  const readLink = linkReader(ledger.signatures);
  const at = new Date().toISOString();
  const placeOf = (key: string): string => soundtrackOf(ledger.location, store.location, key);
  const entries = outcomes.map(async ({ row, status, output, outputs, taskId }) => {
    if (status !== 'succeeded' || output === undefined || taskId === undefined) return [];
    const clip = await snapshot.clip(row);
    const keys = keysOf(clip, readLink(clip.fileLink), await tags?.of(row));
    const soundtracks = outputs && { soundtracks: outputs.map(placeOf) };
    return [{ ...keys, soundtrack: placeOf(output), ...soundtracks, batch, taskId, at }];
  });
  return (await Promise.all(entries)).flat();
}
