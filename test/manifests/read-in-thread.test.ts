// Manifests read in threads of their own: as here, but within bounds, and holding up nobody.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Clip } from '../../contract/clip.js';
import {
  checkManifest,
  freezeManifest,
  openSnapshot,
  readManifest,
} from '../../manifests/index.js';
import { createThreadReader, type ReaderOptions } from '../../manifests/read-in-thread.js';
import type { ReadManifest } from '../../manifests/read.js';
import { openLocalStore } from '../../store/local-store.js';
import { distFile } from '../../config/paths.js';
import { built } from '../support/built.js';
import { LINK, makeFolder, writeManifest } from './support.js';

await built();

function reader(options: Partial<ReaderOptions> = {}): ReadManifest {
  return createThreadReader({ threadFile: distFile('manifests/reader-thread.js'), ...options });
}

/** All that a reading gives. */
async function reading(file: string, read: ReadManifest) {
  const clips: Clip[] = [];
  let most = 0;
  const { report, ids } = await read(file, (some) => {
    most = Math.max(most, some.length);
    clips.push(...some);
  });
  return { clips, report, clashed: ids.clashed, most };
}

const rows = (count: number) =>
  Array.from({ length: count }, (_, n) => `${LINK}?${n},Calm ${n},x\n`).join('');

describe('a manifest read in a thread', () => {
  test.each([
    ['good', 'a.csv', `file_link,prompt,mood\n${rows(3_000)}`],
    ['with faults', 'a.csv', `id,file_link,prompt\n${'a\u0007b,x,y\n'.repeat(500)}`],
    ['given up', 'a.csv', `file_link,prompt\n${LINK},"x\n`],
    ['without rows', 'a.csv', ''],
    ['of ours', 'a.json', `{"clips":[{"id":"a","file_link":"${LINK}","prompt":"x"}]}`],
  ])('is what it is here: %s', async (_, name, text) => {
    const file = await writeManifest(name, text);
    const there = await reading(file, reader());
    const here = await reading(file, readManifest);
    expect(there).toEqual({ ...here, most: expect.any(Number) as number });
    expect(there.most).toBeLessThanOrEqual(500);
  });

  test('is frozen in a second reading, which makes up ids that no row bears', async () => {
    const text = `id,file_link,prompt\n,${LINK}?1,x\nCLIP-1,${LINK}?2,x\n`;
    const store = openLocalStore(await makeFolder());
    await freezeManifest(await writeManifest('a.csv', text), store, { read: reader() });
    const snapshot = openSnapshot(store);
    expect((await snapshot.clip(0)).id).toBe('clip-1-2');
    expect((await snapshot.clip(1)).id).toBe('CLIP-1');
  });

  test('that is not there, or no manifest by its name, is told as here', async () => {
    const read = reader();
    for (const file of [
      path.join(await makeFolder(), 'none.csv'),
      await writeManifest('a.x', ''),
    ]) {
      const here = await checkManifest(file, { label: 'mine' }).catch((error: unknown) => error);
      const there = await checkManifest(file, { label: 'mine', read }).catch((e: unknown) => e);
      expect(there).toMatchObject({ name: 'ManifestError', message: (here as Error).message });
    }
  });

  test('leaves the process to its own work meanwhile', async () => {
    const text = `clips:\n${`- {file_link: "${LINK}", prompt: x}\n`.repeat(8_000)}`;
    const file = await writeManifest('a.yaml', text);
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 1);
    await checkManifest(file, { read: reader() });
    clearInterval(timer);
    // Parsed here, it would let some five through.
    expect(ticks).toBeGreaterThan(30);
  });

  test('is given up when it takes too long, and its thread is ended', async () => {
    const ended = threadEnds();
    const file = await writeManifest('a.csv', `file_link,prompt,mood\n${rows(10)}`);
    await expect(
      checkManifest(file, { label: 'mine.csv', read: reader({ maxMs: 1 }) }),
    ).rejects.toThrow(
      'mine.csv: it takes longer than 0.001 s to read (split it, or write it as CSV)',
    );
    expect(await ended).toBe(1);
  });

  test('is given up when it takes too much memory', async () => {
    const text = `clips:\n${`- {file_link: "${LINK}", prompt: x}\n`.repeat(40_000)}`;
    const file = await writeManifest('a.yaml', text);
    await expect(
      checkManifest(file, { label: 'mine.yaml', read: reader({ maxHeapMb: 16 }) }),
    ).rejects.toThrow('mine.yaml: it takes more than 16 MB of memory to read (split it, or write');
  });

  test('ends with the one who takes its clips, and with the signal', async () => {
    const file = await writeManifest('a.csv', `file_link,prompt,mood\n${rows(2_000)}`);
    const failure = new Error('disk full');
    await expect(reader()(file, () => Promise.reject(failure))).rejects.toBe(failure);
    const controller = new AbortController();
    const stopped = reader()(file, () => controller.abort(failure), { signal: controller.signal });
    await expect(stopped).rejects.toBe(failure);
    await expect(
      reader()(file, () => undefined, { signal: AbortSignal.abort(failure) }),
    ).rejects.toBe(failure);
  });

  test('counts by its last word, and only without one by how its thread ended', async () => {
    const threadFile = path.join(await makeFolder(), 'thread.mjs');
    const word = `import { parentPort } from 'node:worker_threads';
      parentPort.postMessage({ kind: 'refused', problems: [{ file: 'a', fault: 'b', remedy: 'c' }], problemCount: 1 });`;
    await writeFile(threadFile, `${word}\nprocess.exit(1);`);
    await expect(reader({ threadFile })('a.csv', () => undefined)).rejects.toThrow('a: b (c)');
    await writeFile(threadFile, `${word}\nthrow new Error('late');`);
    await expect(reader({ threadFile })('a.csv', () => undefined)).rejects.toThrow('a: b (c)');
    await writeFile(threadFile, 'process.exit(0);');
    await expect(reader({ threadFile })('a.csv', () => undefined)).rejects.toThrow(
      'the thread that read the manifest ended',
    );
  });

  test('sees nothing of the environment', async () => {
    const threadFile = path.join(await makeFolder(), 'thread.mjs');
    await writeFile(threadFile, 'throw new Error(`${Object.keys(process.env).length} variables`);');
    await expect(reader({ threadFile })('a.csv', () => undefined)).rejects.toThrow('0 variables');
  });
});

/** How many of the threads that are started from now on have ended when the first one has. */
function threadEnds(): Promise<number> {
  return new Promise((resolve) => {
    let ended = 0;
    const note = (worker: { on(event: 'exit', listener: () => void): unknown }): void => {
      worker.on('exit', () => resolve((ended += 1)));
    };
    process.on('worker', note);
    onTestFinished(() => void process.off('worker', note));
  });
}
