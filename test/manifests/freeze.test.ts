import { appendFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { Clip } from '../../contract/clip.js';
import {
  checkManifest,
  freezeManifest,
  ManifestError,
  openSnapshot,
  SNAPSHOT_KEY,
  SnapshotError,
} from '../../manifests/index.js';
import { openLocalStore } from '../../store/local-store.js';
import type { Store } from '../../store/store.js';
import { LINK, makeFolder, writeManifest } from './support.js';

const openStore = async (): Promise<Store> => openLocalStore(await makeFolder());

function csv(rows: number): string {
  const lines = Array.from({ length: rows }, (_, n) => `id-${n},${LINK}?${n},Calm ${n},x\n`);
  return `id,file_link,prompt,campaign\n${lines.join('')}`;
}

async function all(store: Store): Promise<Clip[]> {
  const clips: Clip[] = [];
  for await (const page of openSnapshot(store).pages()) clips.push(...page);
  return clips;
}

/** The same store with some of its methods changed. */
function changed(store: Store, changes: Partial<Store>): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(name in changes ? changes : target, name);
      // A class with private fields knows only itself as `this`.
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** A store that tells which keys were read. */
function watched(store: Store): { store: Store; read: string[] } {
  const read: string[] = [];
  const readText = (key: string) => {
    read.push(key);
    return store.readText(key);
  };
  return { read, store: changed(store, { readText }) };
}

describe('freezing', () => {
  test('keeps every clip in pages of 500, by row', async () => {
    const file = await writeManifest('library.csv', csv(1_201));
    const store = await openStore();
    const { hash } = await checkManifest(file);
    const info = await freezeManifest(file, store, { expectedHash: hash });
    expect(info).toEqual({
      name: 'library',
      hash,
      total: 1_201,
      invalid: 0,
      pageSize: 500,
      columns: ['campaign'],
    });
    expect(await store.list('snapshot/')).toEqual([
      'snapshot/00000.jsonl',
      'snapshot/00001.jsonl',
      'snapshot/00002.jsonl',
      'snapshot/manifest.json',
    ]);
    const clips = await all(store);
    expect(clips.map(({ row }) => row)).toEqual(Array.from({ length: 1_201 }, (_, n) => n));
    expect(await openSnapshot(store).clip(1_200)).toEqual({
      row: 1_200,
      line: 1_202,
      id: 'id-1200',
      fileLink: `${LINK}?1200`,
      prompt: 'Calm 1200',
      extra: { campaign: 'x' },
    });
    expect(await openSnapshot(store).info()).toEqual(info);
  });

  test('a file edited after the check is refused, and no snapshot is left', async () => {
    const file = await writeManifest('library.csv', csv(600));
    const store = await openStore();
    const { hash } = await checkManifest(file);
    await appendFile(file, `last,${LINK},Calm,x\n`);
    await expect(freezeManifest(file, store, { expectedHash: hash })).rejects.toThrow(
      `${file}: the file was changed after it was checked (start again)`,
    );
    expect(await store.exists(SNAPSHOT_KEY)).toBe(false);
    await expect(openSnapshot(store).info()).rejects.toThrow(SnapshotError);
  });

  test('an edit after freezing changes nothing', async () => {
    const file = await writeManifest('library.csv', csv(3));
    const store = await openStore();
    const { hash } = await checkManifest(file);
    const info = await freezeManifest(file, store);
    await writeFile(file, csv(5));
    expect(await freezeManifest(file, store, { expectedHash: hash })).toEqual(info);
    expect(await all(store)).toHaveLength(3);
    await expect(freezeManifest(file, store)).rejects.toThrow(
      'holds the snapshot of another content (use another batch id or output folder)',
    );
  });

  test('freezing that was cut off is begun again', async () => {
    const file = await writeManifest('library.csv', csv(1_100));
    const store = await openStore();
    const cutOff = changed(store, {
      write: (key, content) =>
        key === 'snapshot/00001.jsonl'
          ? Promise.reject(new Error('power cut'))
          : store.write(key, content),
    });
    await expect(freezeManifest(file, cutOff)).rejects.toThrow('power cut');
    await expect(openSnapshot(store).clip(0)).rejects.toThrow('holds no whole snapshot');
    await freezeManifest(file, store);
    expect(await all(store)).toHaveLength(1_100);
  });

  test('an invalid manifest is refused with all its problems', async () => {
    const file = await writeManifest('a.csv', `file_link,prompt\n${LINK},x\n,y\nz,\n`);
    const store = await openStore();
    const error = await freezeManifest(file, store).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ManifestError);
    expect((error as ManifestError).problemCount).toBe(3);
    expect((error as ManifestError).message).toContain(`${file}:3: file_link is empty`);
    expect(await store.exists(SNAPSHOT_KEY)).toBe(false);
  });

  test('with skipInvalid, invalid rows are kept with their fault', async () => {
    const file = await writeManifest(
      'a.csv',
      `id,file_link,prompt\na,${LINK},x\na,${LINK}?2,y\n,,z\n`,
    );
    const store = await openStore();
    const info = await freezeManifest(file, store, { skipInvalid: true });
    expect(info).toMatchObject({ total: 3, invalid: 2 });
    const clips = await all(store);
    expect(clips.map(({ id, fault }) => [id, fault?.split(' (')[0]])).toEqual([
      ['a', undefined],
      ['clip-2', 'id a is taken by line 2'],
      ['clip-3', 'file_link is empty'],
    ]);
  });

  test('skipInvalid does not help a file that cannot be read to its end', async () => {
    const file = await writeManifest('a.csv', `file_link,prompt\n${LINK},x\n${LINK},"y\n`);
    await expect(freezeManifest(file, await openStore(), { skipInvalid: true })).rejects.toThrow(
      'never closed',
    );
  });

  test('ids made up never meet those of later rows', async () => {
    const own = ['', '', 'CLIP-1', 'clip-2', 'clip-1-2'];
    const rows = own.map((id, n) => `${id},${LINK}?${n},x\n`).join('');
    const file = await writeManifest('a.csv', `id,file_link,prompt\n${rows}`);
    const store = await openStore();
    await freezeManifest(file, store);
    expect((await all(store)).map(({ id }) => id)).toEqual([
      'clip-1-3',
      'clip-2-2',
      'CLIP-1',
      'clip-2',
      'clip-1-2',
    ]);
  });
});

describe('a snapshot', () => {
  test('reads a page once for many clips, also at the same time', async () => {
    const store = await openStore();
    await freezeManifest(await writeManifest('a.csv', csv(1_000)), store);
    const seen = watched(store);
    const snapshot = openSnapshot(seen.store);
    await Promise.all([0, 1, 499, 500, 999, 2].map((row) => snapshot.clip(row)));
    await snapshot.clip(3);
    expect(seen.read.sort()).toEqual([
      'snapshot/00000.jsonl',
      'snapshot/00001.jsonl',
      'snapshot/manifest.json',
    ]);
  });

  test('keeps the eight pages used last', async () => {
    const store = await openStore();
    await freezeManifest(await writeManifest('a.csv', csv(4_500)), store);
    const seen = watched(store);
    const snapshot = openSnapshot(seen.store);
    for (let page = 0; page < 8; page += 1) await snapshot.clip(page * 500);
    await snapshot.clip(1);
    await snapshot.clip(8 * 500);
    seen.read.length = 0;
    await snapshot.clip(2);
    expect(seen.read).toEqual([]);
    await snapshot.clip(501);
    expect(seen.read).toEqual(['snapshot/00001.jsonl']);
  });

  test.each([-1, 3, 0.5, Number.NaN])('row %s is none of three', async (row) => {
    const store = await openStore();
    await freezeManifest(await writeManifest('a.csv', csv(3)), store);
    await expect(openSnapshot(store).clip(row)).rejects.toThrow(RangeError);
  });

  test('damage is told with its place, and looked at again later', async () => {
    const store = await openStore();
    await freezeManifest(await writeManifest('a.csv', csv(3)), store);
    const key = 'snapshot/00000.jsonl';
    const whole = (await store.readText(key)) ?? '';
    const snapshot = openSnapshot(store);
    const damages: [string, RegExp][] = [
      [whole.replace('"prompt":"Calm 1",', ''), /00000\.jsonl:2 is damaged/],
      [whole.slice(0, -20), /00000\.jsonl has 2 rows, not 3/],
      [whole.split('\n').slice(1).join('\n'), /00000\.jsonl:1 holds row 1/],
    ];
    for (const [text, message] of damages) {
      await store.write(key, text);
      await expect(snapshot.clip(0)).rejects.toThrow(message);
    }
    await store.remove(key);
    await expect(snapshot.clip(0)).rejects.toThrow(/00000\.jsonl is missing/);
    await store.write(key, whole);
    expect((await snapshot.clip(0)).id).toBe('id-0');
  });
});
