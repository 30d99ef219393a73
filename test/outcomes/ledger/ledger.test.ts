// The ledger as it lies in a store.
import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LedgerEntry } from '../../../outcomes/ledger/entry.js';
import { Ledger } from '../../../outcomes/ledger/ledger.js';
import { outputOf, soundtrackOf } from '../../../outcomes/ledger/soundtracks.js';
import { openLocalStore } from '../../../store/local-store.js';
import { temporaryFolder } from '../../store/support.js';
import { clipOf, entryOf } from './support.js';

async function entriesOf(ledger: Ledger): Promise<LedgerEntry[]> {
  const all: LedgerEntry[] = [];
  for await (const entries of ledger.entries()) all.push(...entries);
  return all;
}

describe('a ledger', () => {
  test('gives back what every batch and worker wrote', async () => {
    const location = await temporaryFolder();
    const entries = [0, 1, 2].map((row) => entryOf(clipOf({ row })));
    const [first, second, third] = entries as [LedgerEntry, LedgerEntry, LedgerEntry];
    // Two workers have each their own store.
    const one = new Ledger(openLocalStore(location), 'scored');
    const other = new Ledger(openLocalStore(location), 'scored');
    await one.append('nightly-2026-11-24T01:00:00Z', 'aaaa', [first]);
    await other.append('nightly-2026-11-24T01:00:00Z', 'bbbb', [second]);
    await one.append('library', 'aaaa', [third]);
    expect(await readdir(join(location, '.reelscore', 'scored'))).toEqual([
      'library.aaaa.jsonl',
      'nightly-2026-11-24T01-00-00Z.aaaa.jsonl',
      'nightly-2026-11-24T01-00-00Z.bbbb.jsonl',
    ]);
    expect(await entriesOf(other)).toHaveLength(3);
    expect(await entriesOf(other)).toEqual(expect.arrayContaining(entries));
  });

  test('keeps clips of the simulator apart', async () => {
    const location = await temporaryFolder();
    const simulated = new Ledger(openLocalStore(location), 'simulated');
    await simulated.append('b', 'w', [entryOf(clipOf())]);
    const scored = new Ledger(openLocalStore(location), 'scored');
    expect([await scored.isEmpty(), await simulated.isEmpty()]).toEqual([true, false]);
    expect(await entriesOf(scored)).toEqual([]);
  });

  test('passes over lines that cannot be read', async () => {
    const location = await temporaryFolder();
    const ledger = new Ledger(openLocalStore(location), 'scored');
    const [whole, torn] = [entryOf(clipOf()), entryOf(clipOf({ row: 1 }))];
    await ledger.append('b', 'w', [whole]);
    const file = join(location, '.reelscore', 'scored', 'b.w.jsonl');
    await appendFile(file, `{"link":7}\n\u0000\n${JSON.stringify(torn).slice(0, 40)}`);
    expect(await entriesOf(ledger)).toEqual([whole]);
  });

  test('holds no signature and no prompt', () => {
    const clip = clipOf({ fileLink: 'https://cdn.example/a.mp4?sig=s3cret', prompt: 'Calm piano' });
    expect(JSON.stringify(entryOf(clip))).not.toMatch(/s3cret|Calm/);
  });
});

describe('soundtracks', () => {
  test.each([
    ['/w/results', '/w/results/night-1', 'night-1/soundtracks/a.wav'],
    ['/w/results', '/w/out', '../out/soundtracks/a.wav'],
    ['/w/results', '/w/results', 'soundtracks/a.wav'],
  ])('from a ledger at %s, of a batch at %s: %s', (ledger, store, expected) => {
    expect(soundtrackOf(ledger, store, 'soundtracks/a.wav')).toBe(expected);
  });

  test('are found from the folder of another batch', () => {
    const soundtrack = soundtrackOf('/w/results', '/w/results/night-1', 'soundtracks/a.wav');
    expect(outputOf('/w/results', '/w/results/night-2', soundtrack)).toBe(
      '../night-1/soundtracks/a.wav',
    );
    expect(outputOf('/w/results', '/w/out', soundtrack)).toBe(
      '../results/night-1/soundtracks/a.wav',
    );
  });
});
