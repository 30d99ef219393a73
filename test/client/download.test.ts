// Results that are brought into a folder: a summary says that all else is there.
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { downloadResults } from '../../client/download.js';
import { writeSegment } from '../../outcomes/segments.js';
import { writeResults } from '../../outcomes/write-results.js';
import { openLocalStore } from '../../store/local-store.js';
import type { Store } from '../../store/store.js';
import { frozen, manifestOf, succeeded } from '../outcomes/support.js';
import { scratchFolder } from '../support/scratch.js';

const folder = scratchFolder('download');

/** A store of which one file breaks off late. */
function breaking(store: Store, late: string): Store {
  async function* broken(): AsyncIterable<string> {
    yield 'half';
    await sleep(300);
    throw new Error('the connection broke');
  }
  return new Proxy(store, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown =>
        name === 'readStream' && args[0] === late
          ? Readable.from(broken())
          : Reflect.apply(value, of, args);
    },
  });
}

test('all of them, and no summary where one is lacking', async () => {
  const view = await frozen(manifestOf(3));
  const { store } = view;
  await writeSegment(
    store,
    1,
    '00000000',
    [0, 1, 2].map((row) => succeeded(row)),
  );
  for (const row of [0, 1, 2]) await store.write(`soundtracks/c${row}.mp3`, `music ${row}`);
  const started = { startedAt: '2025-01-01T00:00:00.000Z', submissions: 3 };
  await writeResults(view, { batch: 'b', round: 1, ...started });

  const [part, whole] = ['part', 'whole'].map((name) => openLocalStore(join(folder, name)));
  const located = { batch: 'b', store: breaking(store, 'soundtracks/c2.mp3') };
  await expect(downloadResults(located, part!.location)).rejects.toThrow('connection broke');
  expect(await part!.exists('summary.json')).toBe(false);
  expect(await part!.list('soundtracks')).not.toContain('soundtracks/c2.mp3');

  const { files } = await downloadResults({ batch: 'b', store }, whole!.location);
  expect(files).toBeGreaterThan(6);
  for (const key of ['soundtracks/c2.mp3', 'results.csv', 'results.jsonl', 'summary.json']) {
    expect(await whole!.readText(key)).toBe(await store.readText(key));
  }
});
