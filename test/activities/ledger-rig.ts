// Nights in a row: batches whose ledger is one folder.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LedgerOptions } from '../../contract/batch.js';
import type { Outcome } from '../../contract/clip.js';
import type { LedgerEntry } from '../../outcomes/ledger/entry.js';
import { Ledger } from '../../outcomes/ledger/ledger.js';
import { freezeManifest, openSnapshot } from '../../manifests/index.js';
import { openLocalStore } from '../../store/local-store.js';
import { listSegments, readSegment } from '../../outcomes/segments.js';
import type { Store } from '../../store/store.js';
import { entryOf } from '../outcomes/ledger/support.js';

export interface Results {
  folder: string;
  ledger: LedgerOptions;
}

/** The folder of results and ledger, gone when the test ends. */
export async function resultsFolder(given: Partial<LedgerOptions> = {}): Promise<Results> {
  const folder = await mkdtemp(join(tmpdir(), 'reelscore-ledger-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return { folder, ledger: { location: folder, kind: 'scored', identity: 'clip', ...given } };
}

/** The store of a night, with its manifest frozen. */
export async function night({ folder }: Results, batch: string, manifest: string): Promise<Store> {
  await writeFile(join(folder, `${batch}.csv`), manifest);
  const store = openLocalStore(join(folder, batch));
  await freezeManifest(join(folder, `${batch}.csv`), store, { skipInvalid: true });
  return store;
}

/** Writes the clips of a night down as scored, as if their batch had run. */
export async function score(
  { ledger }: Results,
  store: Store,
  batch: string,
  rows: (row: number) => boolean = () => true,
  given: Partial<LedgerEntry> = {},
): Promise<void> {
  const entries: LedgerEntry[] = [];
  await mkdir(join(store.location, 'soundtracks'), { recursive: true });
  for await (const clips of openSnapshot(store).pages()) {
    for (const clip of clips) {
      const soundtrack = `${batch}/soundtracks/${clip.id}.wav`;
      if (!rows(clip.row)) continue;
      entries.push(entryOf(clip, { batch, soundtrack, ...given }));
      await writeFile(join(store.location, 'soundtracks', `${clip.id}.wav`), '');
    }
  }
  await new Ledger(openLocalStore(ledger.location), ledger.kind).append(batch, 'w', entries);
}

export async function entriesOf({ ledger }: Results): Promise<LedgerEntry[]> {
  const all: LedgerEntry[] = [];
  const { location, kind } = ledger;
  for await (const some of new Ledger(openLocalStore(location), kind).entries()) all.push(...some);
  return all;
}

export async function outcomesOf(store: Store): Promise<Outcome[]> {
  const keys = await listSegments(store);
  return (await Promise.all(keys.map((key) => readSegment(store, key)))).flat();
}
