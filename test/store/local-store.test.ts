import { appendFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { openLocalStore } from '../../store/local-store.js';
import { temporaryFolder, temporaryStore } from './support.js';

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort();
}

async function* failingAfter(...chunks: string[]): AsyncIterable<string> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
  throw new Error('the source broke');
}

describe('where things lie', () => {
  test('results and soundtracks lie in the folder, all else in .reelscore', async () => {
    const store = await temporaryStore();
    for (const key of [
      ...['results.csv', 'results.jsonl', 'summary.json', 'warnings.jsonl'],
      ...['soundtracks/a.mp3', 'Soundtracks/a.mp3', 'Results.csv', 'resultsXcsv'],
      ...['outcomes/results.csv', 'soundtracks.json', 'rounds/1.json'],
    ]) {
      await store.write(key, key);
      expect(await store.readText(key)).toBe(key);
    }
    expect(await filesIn(store.location)).toEqual(
      [
        ...['.reelscore/Results.csv', '.reelscore/Soundtracks/a.mp3'],
        ...['.reelscore/outcomes/results.csv', '.reelscore/resultsXcsv'],
        ...['.reelscore/rounds/1.json', '.reelscore/soundtracks.json'],
        ...['results.csv', 'results.jsonl', 'summary.json', 'warnings.jsonl'],
        'soundtracks/a.mp3',
      ].sort(),
    );
  });

  test('a folder is listed where its files lie, sorted, without folders and hidden files', async () => {
    const store = await temporaryStore();
    for (const name of ['b.mp3', 'a.mp3', 'c.mp3']) await store.write(`soundtracks/${name}`, 'x');
    await store.write('outcomes/2.jsonl', 'x');
    await store.write('outcomes/10.jsonl', 'x');
    await store.write('outcomes/deeper/1.jsonl', 'x');
    await writeFile(join(store.location, 'soundtracks/.DS_Store'), '');
    expect(await store.list('soundtracks/')).toEqual([
      'soundtracks/a.mp3',
      'soundtracks/b.mp3',
      'soundtracks/c.mp3',
    ]);
    expect(await store.list('outcomes')).toEqual(['outcomes/10.jsonl', 'outcomes/2.jsonl']);
  });

  test('what is not there reads as absent', async () => {
    const store = await temporaryStore();
    expect(await store.readText('summary.json')).toBeUndefined();
    expect(await store.exists('summary.json')).toBe(false);
    expect(await store.list('outcomes/')).toEqual([]);
    await store.remove('outcomes/1.jsonl');
    await store.sweep();
    await expect(text(store.readStream('summary.json'))).rejects.toThrow('ENOENT');
  });

  test('what is there and cannot be read is an error, not absent', async () => {
    const store = await temporaryStore();
    await store.write('outcomes/1.jsonl', 'x');
    await expect(store.readText('outcomes')).rejects.toThrow('EISDIR');
  });

  test('a removed object is gone', async () => {
    const store = await temporaryStore();
    await store.write('outcomes/1.jsonl', 'x');
    await store.remove('outcomes/1.jsonl');
    expect(await store.exists('outcomes/1.jsonl')).toBe(false);
  });
});

describe('writing', () => {
  test('text, bytes and streams come back as they were', async () => {
    const store = await temporaryStore();
    await store.write('summary.json', 'ä€😀\r\n');
    expect(await store.readText('summary.json')).toBe('ä€😀\r\n');
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
    await store.write('soundtracks/a.mp3', bytes);
    expect(await readFile(join(store.location, 'soundtracks/a.mp3'))).toEqual(Buffer.from(bytes));
    const long = 'ä'.repeat(100_000);
    expect(await store.writeStream('soundtracks/b.mp3', Readable.from([long, long]))).toBe(400_000);
    expect(await text(store.readStream('soundtracks/b.mp3'))).toBe(long + long);
    expect(await store.writeStream('soundtracks/c.mp3', Readable.from([]))).toBe(0);
    expect(await store.readText('soundtracks/c.mp3')).toBe('');
  });

  test('a stream that fails leaves nothing', async () => {
    const store = await temporaryStore();
    const writing = store.writeStream('soundtracks/a.mp3', failingAfter('one', 'two'));
    await expect(writing).rejects.toThrow('the source broke');
    expect(await filesIn(store.location)).toEqual([]);
  });

  test('a stream that fails leaves the old content', async () => {
    const store = await temporaryStore();
    await store.write('results.csv', 'old');
    const writing = store.writeStream('results.csv', failingAfter('new'));
    await expect(writing).rejects.toThrow('the source broke');
    expect(await filesIn(store.location)).toEqual(['results.csv']);
    expect(await store.readText('results.csv')).toBe('old');
  });

  test('until a stream has ended, readers see the old content', async () => {
    const store = await temporaryStore();
    await store.write('results.csv', 'old');
    const source = new Readable({ read: () => undefined });
    const writing = store.writeStream('results.csv', source);
    source.push('new');
    await expect
      .poll(async () => {
        const part = (await filesIn(store.location)).find((name) => name.endsWith('.part'));
        return part && readFile(join(store.location, part), 'utf8');
      })
      .toBe('new');
    expect(await store.readText('results.csv')).toBe('old');
    source.push(null);
    await writing;
    expect(await store.readText('results.csv')).toBe('new');
  });

  test('a stream that is broken before it is read fails the write', async () => {
    const store = await temporaryStore();
    const source = new Readable({ read: () => undefined });
    source.destroy(new Error('broken from the start'));
    await expect(store.writeStream('results.csv', source)).rejects.toThrow('broken from the start');
    expect(await filesIn(store.location)).toEqual([]);
  });

  test('a stream that cannot be written is let go', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    const store = openLocalStore(join(folder, 'file'));
    const source = new Readable({ read: () => undefined });
    await expect(store.writeStream('results.csv', source)).rejects.toThrow(/EEXIST|ENOTDIR/);
    expect(source.destroyed).toBe(true);
    const unsafe = new Readable({ read: () => undefined });
    await expect(store.writeStream('../x', unsafe)).rejects.toThrow('no safe name');
    expect(unsafe.destroyed).toBe(true);
  });

  test('of writes at one time each is whole and the last one stays', async () => {
    const store = await temporaryStore();
    const contents = Array.from({ length: 20 }, (_, at) => String(at % 10).repeat(50_000));
    await Promise.all(contents.map((content) => store.write('summary.json', content)));
    expect(contents).toContain(await store.readText('summary.json'));
    expect(await filesIn(store.location)).toEqual(['summary.json']);
  });
});

describe('after accidents', () => {
  test('sweep removes the parts of interrupted writes and nothing else', async () => {
    const store = await temporaryStore();
    const parts = ['.0123456789ab.part', 'soundtracks/.ba9876543210.part'];
    parts.push('.reelscore/outcomes/.aaaaaaaaaaaa.part');
    const others = ['.hidden.part', 'soundtracks/a.part', 'soundtracks/.0123456789ab.part.mp3'];
    await mkdir(join(store.location, 'soundtracks'), { recursive: true });
    await mkdir(join(store.location, '.reelscore/outcomes'), { recursive: true });
    for (const name of [...parts, ...others]) await writeFile(join(store.location, name), 'x');
    await store.sweep();
    expect(await filesIn(store.location)).toEqual(others.sort());
  });

  test('sweep does not follow links out of the store', async () => {
    const store = await temporaryStore();
    const elsewhere = await temporaryFolder();
    await writeFile(join(elsewhere, '.0123456789ab.part'), 'x');
    await store.write('summary.json', '{}');
    await symlink(elsewhere, join(store.location, 'elsewhere'));
    await store.sweep();
    expect(await filesIn(elsewhere)).toEqual(['.0123456789ab.part']);
  });

  test('a folder removed underneath is there again after one failure', async () => {
    const store = await temporaryStore();
    const actions = [
      () => store.write('rounds/1.json', 'x'),
      () => store.writeStream('soundtracks/a.mp3', Readable.from(['x'])),
      () => store.append('submissions/a.jsonl', 'x\n'),
    ];
    for (const action of actions) {
      await action();
      await rm(store.location, { recursive: true });
      await action().catch(() => undefined);
      await action();
    }
    expect(await store.readText('submissions/a.jsonl')).toBe('x\n');
  });
});

describe('appending', () => {
  test('appends at one time, from two stores, are whole lines', async () => {
    const store = await temporaryStore();
    const other = openLocalStore(store.location);
    const lines = Array.from({ length: 400 }, (_, at) => `${at}:${'x'.repeat((at % 40) * 500)}\n`);
    await Promise.all(
      lines.map((line, at) => (at % 2 ? store : other).append('submissions/a.jsonl', line)),
    );
    const kept = ((await store.readText('submissions/a.jsonl')) ?? '').match(/.*\n/g) ?? [];
    expect(kept.sort()).toEqual(lines.sort());
  });

  test('one caller finds its lines in order, behind what was there', async () => {
    const store = await temporaryStore();
    await store.append('submissions/a.jsonl', '1\n');
    const again = openLocalStore(store.location);
    await Promise.all([2, 3, 4].map((n) => again.append('submissions/a.jsonl', `${n}\n`)));
    await appendFile(join(store.location, '.reelscore/submissions/a.jsonl'), '5\n');
    expect(await store.readText('submissions/a.jsonl')).toBe('1\n2\n3\n4\n5\n');
  });
});
