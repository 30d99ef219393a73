// The clips of a bucket: those of a folder with the same files.
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../config/paths.js';
import { clipsOfBucket, type ListedBuckets } from '../../../manifests/sources/bucket.js';
import { clipsOfFolder } from '../../../manifests/sources/folder.js';
import type { FoundClip } from '../../../manifests/sources/names.js';
import { randomOf } from '../../support/random.js';

const SUNRISE = join(PACKAGE_ROOT, 'examples/clips/sunrise.mp4');

/** Files by key; the content of videos does not matter. */
type Files = Record<string, string>;

function bucketOf(files: Files): ListedBuckets {
  const keys = Object.keys(files).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return {
    async *list({ key: prefix }) {
      await Promise.resolve();
      for (const key of keys) if (key.startsWith(prefix)) yield { key, size: 1 };
    },
    read: ({ key }, most) => {
      const text = files[key] ?? '';
      return Promise.resolve(text.length > most ? undefined : text);
    },
  };
}

async function all(clips: AsyncIterable<FoundClip>): Promise<FoundClip[]> {
  const found: FoundClip[] = [];
  for await (const clip of clips) found.push(clip);
  return found.sort((a, b) => (a.id < b.id ? -1 : 1));
}

const inBucket = (files: Files, key = '') =>
  all(clipsOfBucket({ bucket: 'studio', key }, bucketOf(files)));

test('ids, prompts and names are those of a folder with the same files', async () => {
  for (let seed = 1; seed <= 12; seed += 1) {
    const random = randomOf(seed);
    const files: Files = {};
    for (let count = 0; count < 40; count += 1) {
      const folders = ['', 'a/', 'a/b/', 'a.b/', '.hidden/', 'ü/'];
      const stems = ['x', 'x.y', 'x-y', 'a', '.dot', 'z 1'];
      const endings = ['.mp4', '.mov', '.avi'];
      const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
      files[`${pick(folders)}${pick(stems)}${pick(endings)}`] = 'video';
      if (random() < 0.1) files[`${pick(folders)}prompt.txt`] = `of ${count}`;
      if (random() < 0.1) files[`${pick(folders)}prompts.yaml`] = `x: own ${count}\nx.mov: mov\n`;
    }
    const folder = await mkdtemp(join(tmpdir(), 'reelscore-bucket-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    for (const [key, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, key)), { recursive: true });
      if (content === 'video') await cp(SUNRISE, join(folder, key));
      else await writeFile(join(folder, key), content);
    }
    const expected = await all(clipsOfFolder(folder));
    const found = await inBucket(files);
    const without = ({ id, prompt, name }: FoundClip) => ({ id, prompt, name });
    expect([seed, found.map(without)]).toEqual([seed, expected.map(without)]);
  }
});

test('a prefix is a folder, and what it is not is left out', async () => {
  const files = { 'lib/a.mp4': '', 'library/b.mp4': '', 'lib/notes.txt': '', 'lib/c/d.mov': '' };
  expect(await inBucket(files, 'lib')).toEqual([
    { id: 'a', file_link: 's3://studio/lib/a.mp4', name: 'a', folder: 'lib' },
    { id: 'c/d', file_link: 's3://studio/lib/c/d.mov', name: 'd', folder: 'c' },
  ]);
  expect(await inBucket({ 'x.mp4': '' })).toEqual([
    { id: 'x', file_link: 's3://studio/x.mp4', name: 'x', folder: 'studio' },
  ]);
});

test('a file of prompts that cannot be used is named', async () => {
  const files = { 'lib/a.mp4': '', 'lib/prompts.yaml': '- a list' };
  await expect(inBucket(files, 'lib')).rejects.toThrow(
    's3://studio/lib/prompts.yaml: it is not a map of file names and prompts',
  );
  const large = { 'lib/a.mp4': '', 'lib/prompt.txt': 'x'.repeat(1024 * 1024 + 1) };
  await expect(inBucket(large, 'lib')).rejects.toThrow('it has more than 1 MB');
});
