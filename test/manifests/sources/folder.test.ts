import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../config/paths.js';
import { openManifest, readOptionsOf } from '../../../intake/manifest-file.js';
import { readManifest } from '../../../manifests/index.js';
import type { Clip } from '../../../contract/clip.js';
import { clipsOfFolder } from '../../../manifests/sources/folder.js';
import type { FoundClip } from '../../../manifests/sources/names.js';

const SUNRISE = join(PACKAGE_ROOT, 'examples/clips/sunrise.mp4');

/** A folder with these files; `null` is a video. */
async function folderOf(files: Record<string, string | null>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reelscore-folder-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    if (content === null) await cp(SUNRISE, path);
    else await writeFile(path, content);
  }
  return folder;
}

async function found(folder: string): Promise<FoundClip[]> {
  const clips: FoundClip[] = [];
  for await (const clip of clipsOfFolder(folder)) clips.push(clip);
  return clips;
}

async function readFolder(folder: string, prompt?: string) {
  const file = await openManifest(folder, { prompt });
  onTestFinished(() => file.remove());
  const clips: Clip[] = [];
  const { report } = await readManifest(
    file.path,
    (some) => void clips.push(...some),
    readOptionsOf(file),
  );
  return { clips, report };
}

test('videos are found by their content, in the order of their paths, hidden files left out', async () => {
  const folder = await folderOf({
    ...{ 'b/2.bin': null, 'b/1.mp4': null, 'a.mov': null, 'B.mp4': null, 'é/x.mp4': null },
    ...{ '.hidden.mp4': null, '.git/x.mp4': null, 'notes.mp4': 'no video', 'empty.mp4': '' },
    ...{ 'prompt.md': 'text', 'cover.jpg': '\u00ff\u00d8\u00ff' },
  });
  expect((await found(folder)).map(({ id }) => id)).toEqual(['B', 'a', 'b/1', 'b/2', 'é/x']);
});

test('links to files count, links to folders are not followed', async () => {
  const folder = await folderOf({ 'a/x.mp4': null });
  await symlink(folder, join(folder, 'a/loop'));
  await symlink(SUNRISE, join(folder, 'linked.mp4'));
  await symlink('/nowhere', join(folder, 'broken.mp4'));
  expect((await found(folder)).map(({ id }) => id)).toEqual(['a/x', 'linked']);
});

test('an id is the path without extension, unless two videos differ in that only', async () => {
  const folder = await folderOf({ 'intro.mp4': null, 'intro.mov': null, 'p/intro.mp4': null });
  expect((await found(folder)).map(({ id }) => id)).toEqual(['intro.mov', 'intro.mp4', 'p/intro']);
});

test('the nearest prompt counts: of the clip, its folder, a folder above, the setting', async () => {
  const folder = await folderOf({
    ...{ 'one.mp4': null, 'two.mp4': null, 'sub/three.mp4': null, 'sub/deep/four.mp4': null },
    ...{ 'calm/five.mp4': null, 'calm/prompt.txt': '\uFEFF Calm {{name}} in {{folder}}\n' },
    'prompts.yaml': 'one: Bright Pop\ntwo.mp4: "12"\n',
    'sub/prompts.yaml': 'three: Dark\n',
  });
  const { clips, report } = await readFolder(folder, 'Default {{name}}');
  expect(report).toMatchObject({ problemCount: 0, total: 5, local: 5 });
  expect(clips.map(({ id, prompt }) => [id, prompt])).toEqual([
    ['calm/five', 'Calm five in calm'],
    ['one', 'Bright Pop'],
    ['sub/deep/four', 'Default four'],
    ['sub/three', 'Dark'],
    ['two', '12'],
  ]);
});

test.each([
  [{ 'a.mp4': null }, '1 of its 1 clips have no prompt: a'],
  [{ 'a.txt': 'x' }, 'there are no videos in it'],
  [{ 'a.mp4': null, 'prompts.yaml': '- a' }, 'it is not a map'],
  [{ 'a.mp4': null, 'prompts.yaml': 'a: [x]' }, 'the prompt of a is not a text'],
  [{ 'a.mp4': null, 'prompts.yaml': 'a: "x' }, 'it is no YAML'],
  [{ 'a.mp4': null, 'prompts.yaml': 'a: &x y\nb: *x' }, 'it is no YAML'],
])('%j is refused: %s', async (files, fault) => {
  await expect(readFolder(await folderOf(files))).rejects.toThrow(fault);
});

test('the content of a clip counts for the hash and its version, its time stamp does not', async () => {
  const folder = await folderOf({ 'a.mp4': null, 'b.mp4': null });
  const first = await readFolder(folder, 'Calm');
  await cp(SUNRISE, join(folder, 'a.mp4'));
  const touched = await readFolder(folder, 'Calm');
  expect(touched.report.hash).toBe(first.report.hash);
  await cp(join(PACKAGE_ROOT, 'examples/clips/vertical-story.mp4'), join(folder, 'a.mp4'));
  const changed = await readFolder(folder, 'Calm');
  expect(changed.report.hash).not.toBe(first.report.hash);
  expect(changed.clips[0]?.version).not.toBe(first.clips[0]?.version);
  expect(changed.clips[1]?.version).toBe(first.clips[1]?.version);
  expect((await readFolder(folder, 'Loud')).report.hash).not.toBe(changed.report.hash);
});

test('files of every video format are clips; sound and pictures are not', async () => {
  const folder = await folderOf({});
  const made = async (name: string, ...args: string[]) => {
    const inputs = ['testsrc=d=1:s=176x144:r=25', 'sine=d=1'].flatMap((one) => [
      '-f',
      'lavfi',
      '-i',
      one,
    ]);
    await promisify(execFile)('ffmpeg', ['-v', 'error', ...inputs, ...args, join(folder, name)]);
  };
  const videos = {
    ...{
      'a.mp4': [],
      'a.mov': [],
      'a.avi': [],
      'a.wmv': [],
      'a.mkv': [],
      'a.ts': [],
      'a.m2ts': [],
    },
    ...{ 'a.mpg': [], 'a.3gp': ['-an'], 'a.flv': ['-an'], 'a.webm': ['-an'], 'a.ogv': ['-an'] },
    'a.mxf': ['-an'],
  };
  for (const [name, args] of Object.entries(videos)) await made(name, ...args);
  for (const name of ['s.m4a', 's.mp3', 's.wav', 's.flac']) await made(name, '-vn');
  await made('p.png', '-frames:v', '1');
  const names = (await found(folder)).map(({ file_link: link }) => basename(link));
  expect(names).toEqual(Object.keys(videos).sort());
});
