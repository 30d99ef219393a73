import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { generateManifest } from '../../bench/generate-manifest.js';
import {
  batchIdOf,
  checkManifest,
  formatProblem,
  manifestJsonSchema,
  safeName,
} from '../../manifests/index.js';
import { LINK, makeFolder, read, writeManifest } from './support.js';

const root = path.join(import.meta.dirname, '../..');
const examples = path.join(root, 'examples');

describe('a manifest file', () => {
  test.each(['a.txt', 'a.docx', 'manifest'])('%s is refused by its name', async (name) => {
    await expect(read(name, 'x')).rejects.toThrow(
      'name the file .csv, .tsv, .xlsx, .xlsm, .yaml, .yml, .json',
    );
  });

  test.each(['a.csv', 'a.TSV'])('%s is read as CSV', async (name) => {
    const { report } = await read(name, `file_link\tprompt\n${LINK}\tCalm\n`);
    expect(report).toMatchObject({ format: 'csv', problemCount: 0 });
  });

  test('one that cannot be opened is told plainly, with the cause kept', async () => {
    const folder = await makeFolder();
    const missing = path.join(folder, 'none.csv');
    const error = await checkManifest(missing).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: 'ManifestError',
      message: `${missing}: there is no such file (check the path)`,
      cause: { code: 'ENOENT' },
    });
    await mkdir(path.join(folder, 'folder.csv'));
    await expect(checkManifest(path.join(folder, 'folder.csv'))).rejects.toThrow(
      'this is not a file (give the manifest file itself)',
    );
  });

  test.skipIf(process.getuid?.() === 0)('one that may not be read is told plainly', async () => {
    const file = await writeManifest('a.csv', 'x');
    await chmod(file, 0);
    await expect(checkManifest(file)).rejects.toThrow('the file may not be read');
  });

  test.each([
    ['a good file', `file_link,prompt\r\n${LINK},Calm\r\n`],
    ['a bad one', `file_link,prompt\n${LINK},"Calm\n`],
    ['one given up at its head', `file_link\n${`${LINK}\n`.repeat(50_000)}`],
  ])('the hash is that of the bytes: %s', async (_, text) => {
    const bytes = Buffer.from(`\uFEFF${text}`);
    const { report } = await read('a.csv', bytes);
    expect(report.hash).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  test('an error of the one who takes the clips is passed on as it is', async () => {
    const { readManifest } = await import('../../manifests/index.js');
    const file = await writeManifest('a.csv', `file_link,prompt\n${LINK},Calm\n`);
    const failure = Object.assign(new Error('disk full'), { code: 'ENOENT' });
    await expect(readManifest(file, () => Promise.reject(failure))).rejects.toBe(failure);
  });
});

describe('a batch id', () => {
  const hash = 'ec205ebffe8479800de753b22c8303bf';

  test('is the name and the head of the hash', () => {
    expect(batchIdOf('library', hash)).toBe('library-ec205ebf');
  });

  test.each([
    ['Herbst Kampagne/2025', 'Herbst-Kampagne-2025'],
    ['Été à Paris', 'Ete-a-Paris'],
    ['..', 'manifest'],
    ['осень', 'manifest'],
    ['con', 'manifest-con'],
    ['nul.x', 'manifest-nul.x'],
    ['x'.repeat(100), 'x'.repeat(60)],
    ['-a_', 'a'],
  ])('%j becomes %j', (name, safe) => {
    expect(safeName(name)).toBe(safe);
    expect(safeName(safe)).toBe(safe);
  });
});

describe('the JSON Schema', () => {
  test('is the one in manifest.schema.json (node scripts/write-schema.mjs writes it)', async () => {
    const text = await readFile(path.join(root, 'manifests/manifest.schema.json'), 'utf8');
    expect(text).toBe(`${JSON.stringify(manifestJsonSchema(), null, 2)}\n`);
  });

  test('knows each key that the reader takes', () => {
    expect(manifestJsonSchema()).toMatchObject({
      required: ['clips'],
      additionalProperties: false,
      properties: {
        name: {},
        defaults: { properties: { file_link: {}, prompt: {}, params: {} } },
        clips: { items: { properties: { id: {}, file_link: {}, prompt: {}, params: {} } } },
      },
    });
  });
});

describe('the examples', () => {
  test.each([
    ['sample.csv', 10],
    ['sample.yaml', 5],
    ['nightly.jsonl', 4],
  ])('%s is valid, and its clips are there', async (name, total) => {
    const file = path.join(examples, name);
    expect(await checkManifest(file)).toMatchObject({ total, problemCount: 0, warningCount: 0 });
    const text = await readFile(file, 'utf8');
    const there = await readdir(path.join(examples, 'clips'));
    const named = [...text.matchAll(/http:\/\/simulator\.localhost\/clips\/([\w.-]+)/g)];
    expect(named).toHaveLength(total);
    for (const [, clip] of named) expect(there).toContain(clip);
  });

  test('sample.yaml names the schema of manifests', async () => {
    const text = await readFile(path.join(examples, 'sample.yaml'), 'utf8');
    const schema = /^# yaml-language-server: \$schema=(.*)$/m.exec(text)?.[1] ?? '';
    expect(path.resolve(examples, schema)).toBe(path.join(root, 'manifests/manifest.schema.json'));
  });

  test('the clips have the nine formats and under 1 MB in all', async () => {
    const clips = await readdir(path.join(examples, 'clips'));
    const formats = new Set(clips.map((clip) => path.extname(clip)));
    expect([...formats].sort()).toEqual(
      ['.mp4', '.mov', '.avi', '.m4v', '.mkv', '.ts', '.flv', '.mpg', '.mpeg'].sort(),
    );
    const sizes = await Promise.all(
      clips.map(async (clip) => (await stat(path.join(examples, 'clips', clip))).size),
    );
    expect(sizes.reduce((a, b) => a + b)).toBeLessThan(1_000_000);
  });

  test('broken.csv shows what validate tells', async () => {
    const report = await checkManifest(path.join(examples, 'broken.csv'));
    expect(report).toMatchObject({ total: 6, valid: 1, invalid: 5, complete: true });
    const places = report.problems.map(({ line }) => line);
    expect(places).toEqual([3, 3, 4, 5, 6, 7, 7]);
    expect(report.problems.map(formatProblem)[1]).toContain('did you mean mood?');
  });
});

test('a generated manifest of 20,000 rows is valid', async () => {
  const file = path.join(await makeFolder(), 'generated.csv');
  await generateManifest(file, 20_000);
  expect(await checkManifest(file)).toMatchObject({
    total: 20_000,
    problemCount: 0,
    warningCount: 0,
  });
});
