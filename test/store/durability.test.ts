// S2 and S3: what is brought to disk, and when. The calls are watched, none is replaced.
import { mkdir, readdir, symlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { fileHandles, holdSyncs, recordSyncs, temporaryStore } from './support.js';

describe.runIf(process.platform === 'linux')('on disk', () => {
  test('a write syncs the part before the renaming, then the folder', async () => {
    const store = await temporaryStore();
    const folder = join(store.location, '.reelscore/rounds');
    await store.write('rounds/1.json', 'x');
    const synced = await recordSyncs();
    await store.write('rounds/1.json', 'y');
    expect(synced).toEqual([expect.stringMatching(/\/rounds\/\.[0-9a-f]{12}\.part$/), folder]);
  });

  test('so does a written stream', async () => {
    const store = await temporaryStore();
    await store.write('results.csv', 'x');
    const synced = await recordSyncs();
    await store.writeStream('results.csv', Readable.from(['y']));
    expect(synced).toEqual([expect.stringMatching(/\.part$/), store.location]);
  });

  test('every new folder is synced into the one above it before anything lies in it', async () => {
    const store = await temporaryStore();
    const synced = await recordSyncs();
    await store.write('rounds/1.json', 'x');
    const { location } = store;
    expect(synced.slice(0, 3)).toEqual([join(location, '.reelscore'), location, dirname(location)]);
    expect(synced[3]).toMatch(/\.part$/);
    expect(synced[4]).toBe(join(location, '.reelscore/rounds'));
  });

  test('an append is synced before it resolves, its new file with the folder', async () => {
    const store = await temporaryStore();
    await store.write('submissions/other.jsonl', 'x');
    const synced = await recordSyncs();
    const folder = join(store.location, '.reelscore/submissions');
    await store.append('submissions/a.jsonl', '1\n');
    expect(synced.splice(0)).toEqual([join(folder, 'a.jsonl'), folder]);
    await store.append('submissions/a.jsonl', '2\n');
    expect(synced).toEqual([join(folder, 'a.jsonl')]);
  });

  test('appends at one time share syncs', async () => {
    const store = await temporaryStore();
    await store.append('submissions/a.jsonl', 'x\n');
    const synced = await recordSyncs();
    await Promise.all(
      Array.from({ length: 100 }, (_, n) => store.append('submissions/a.jsonl', `${n}\n`)),
    );
    expect(synced.length).toBe(2); // the first alone, then those that came meanwhile
  });

  test('renamings at one time share a sync that begins after the last of them', async () => {
    const store = await temporaryStore();
    const folder = join(store.location, 'soundtracks');
    await store.write('soundtracks/first.mp3', 'x');
    const { syncs, release } = await holdSyncs(folder);
    const one = store.write('soundtracks/one.mp3', 'x');
    await expect.poll(() => syncs).toEqual([['first.mp3', 'one.mp3']]);
    const later = ['two.mp3', 'three.mp3', 'four.mp3'];
    const others = Promise.all(later.map((name) => store.write(`soundtracks/${name}`, 'x')));
    const all = ['first.mp3', 'four.mp3', 'one.mp3', 'three.mp3', 'two.mp3'];
    await expect.poll(async () => (await readdir(folder)).sort()).toEqual(all);
    release();
    await Promise.all([one, others]);
    expect(syncs).toEqual([['first.mp3', 'one.mp3'], all]); // S2
  });

  test('a folder sync that fails is not taken for one of those after it', async () => {
    const store = await temporaryStore();
    await store.write('outcomes/0.jsonl', 'x');
    const folder = join(store.location, '.reelscore/outcomes');
    const { syncs, release } = await holdSyncs(folder);
    const failing = store.write('outcomes/1.jsonl', 'x');
    await expect.poll(() => syncs.length).toBe(1);
    const next = store.write('outcomes/2.jsonl', 'x');
    await expect.poll(() => readdir(folder)).toContain('2.jsonl');
    release(new Error('EIO'));
    await expect(failing).rejects.toThrow('EIO');
    await next;
    expect(syncs).toHaveLength(2);
  });

  test('a removal is synced', async () => {
    const store = await temporaryStore();
    await store.write('outcomes/1.jsonl', 'x');
    const synced = await recordSyncs();
    await store.remove('outcomes/1.jsonl');
    expect(synced).toEqual([join(store.location, '.reelscore/outcomes')]);
  });

  test('an append to a full disk is refused', async () => {
    const store = await temporaryStore();
    await mkdir(join(store.location, '.reelscore/submissions'), { recursive: true });
    await symlink('/dev/full', join(store.location, '.reelscore/submissions/a.jsonl'));
    await expect(store.append('submissions/a.jsonl', 'x\n')).rejects.toThrow('ENOSPC');
  });
});

describe('a disk that fills up', () => {
  test('a torn line does not swallow the next one', async () => {
    const store = await temporaryStore();
    await store.append('submissions/a.jsonl', '{"n":1}\n');
    const handles = await fileHandles();
    vi.spyOn(handles, 'write').mockImplementationOnce(async function (this: FileHandle) {
      await this.appendFile('{"n"');
      throw new Error('ENOSPC');
    });
    onTestFinished(() => void vi.restoreAllMocks());
    const [torn, waiting] = [2, 3].map((n) => store.append('submissions/a.jsonl', `{"n":${n}}\n`));
    await expect(torn).rejects.toThrow('ENOSPC');
    await waiting;
    await store.append('submissions/a.jsonl', '{"n":4}\n');
    expect(await store.readText('submissions/a.jsonl')).toBe('{"n":1}\n{"n"\n{"n":3}\n{"n":4}\n');
  });

  test('a write that fails leaves the old content and no part', async () => {
    const store = await temporaryStore();
    await store.write('summary.json', 'old');
    const handles = await fileHandles();
    vi.spyOn(handles, 'sync').mockRejectedValueOnce(new Error('EIO'));
    onTestFinished(() => void vi.restoreAllMocks());
    await expect(store.write('summary.json', 'new')).rejects.toThrow('EIO');
    expect(await store.readText('summary.json')).toBe('old');
    expect(await readdir(store.location)).toEqual(['summary.json']);
  });
});
