import {
  appendFile,
  chmod,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openLocalStore } from '../../store/local-store.js';
import { temporaryFolder, temporaryStore } from './support.js';

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort();
}

/** Permissions of a folder and of all below it. */
async function modesIn(folder: string): Promise<Record<string, number>> {
  const names = ['.', ...(await readdir(folder, { recursive: true }))];
  const modes = names.map(async (name) => [name, (await stat(join(folder, name))).mode & 0o777]);
  return Object.fromEntries(await Promise.all(modes)) as Record<string, number>;
}

async function* failingAfter(...chunks: string[]): AsyncIterable<string> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
  throw new Error('the source broke');
}

describe('of several who create an object', () => {
  test('one alone does, and what it wrote is whole', async () => {
    const store = await temporaryStore();
    const texts = Array.from({ length: 20 }, (_, n) => `${n}`.repeat(10_000));
    const created = await Promise.all(texts.map((text) => store.create('selections/2.json', text)));
    expect(created.filter(Boolean)).toHaveLength(1);
    expect(await store.readText('selections/2.json')).toBe(texts[created.indexOf(true)]);
    expect(await store.create('selections/2.json', 'later')).toBe(false);
    expect(await store.readText('selections/2.json')).toBe(texts[created.indexOf(true)]);
    // Nothing is left over.
    expect(await filesIn(store.location)).toEqual(['.reelscore/selections/2.json']);
  });
});

describe('a version', () => {
  test('is told before the object is there, and is its own', async () => {
    const store = await temporaryStore();
    const seen: [string, string | undefined][] = [];
    const write = (text: string) =>
      store.writeStream('soundtracks/a.mp3', Readable.from([text]), async (version) => {
        seen.push([version, await store.version('soundtracks/a.mp3')]);
      });
    await write('first');
    await write('other');
    expect(seen[0]?.[1]).toBeUndefined();
    expect(seen[1]?.[1]).toBe(seen[0]?.[0]);
    expect(await store.version('soundtracks/a.mp3')).toBe(seen[1]?.[0]);
    expect(seen[1]?.[0]).not.toBe(seen[0]?.[0]);
  });

  test('that cannot be noted leaves the object as it was', async () => {
    const store = await temporaryStore();
    await store.write('soundtracks/a.mp3', 'first');
    const refuse = () => Promise.reject(new Error('no'));
    const write = store.writeStream('soundtracks/a.mp3', Readable.from(['other']), refuse);
    await expect(write).rejects.toThrow('no');
    expect(await filesIn(store.location)).toEqual(['soundtracks/a.mp3']);
    expect(await store.readText('soundtracks/a.mp3')).toBe('first');
  });
});

describe('where things lie', () => {
  test('results and soundtracks lie in the folder, all else in .reelscore', async () => {
    const store = await temporaryStore();
    for (const key of [
      ...['results.csv', 'results.jsonl', 'results.xlsx', 'summary.json', 'warnings.jsonl'],
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
        ...['results.csv', 'results.jsonl', 'results.xlsx', 'summary.json', 'warnings.jsonl'],
        'soundtracks/a.mp3',
      ].sort(),
    );
  });

  test('a part of an object can be read', async () => {
    const store = await temporaryStore();
    await store.write('rounds/1.json', '0123456789');
    expect(await store.size('rounds/1.json')).toBe(10);
    const parts = [
      {},
      { from: 7 },
      { to: 2 },
      { from: 2, to: 5 },
      { from: 4, to: 4 },
      { from: 10 },
    ];
    const read = parts.map((part) => text(store.readStream('rounds/1.json', part)));
    expect(await Promise.all(read)).toEqual(['0123456789', '789', '01', '234', '', '']);
  });

  test('other users can read what is for people, and nothing in .reelscore', async () => {
    const umask = process.umask(0o022);
    onTestFinished(() => void process.umask(umask));
    const store = await temporaryStore();
    await store.write('results.csv', 'x');
    await store.writeStream('soundtracks/a.mp3', Readable.from(['x']));
    await store.write('rounds/1.json', 'x');
    await store.writeStream('snapshot/00000.jsonl', Readable.from(['x']));
    await store.append('submissions/a.jsonl', 'x\n');
    expect(await modesIn(store.location)).toEqual({
      ...{ '.': 0o755, 'results.csv': 0o644, soundtracks: 0o755, 'soundtracks/a.mp3': 0o644 },
      ...{ '.reelscore': 0o700, '.reelscore/rounds': 0o700, '.reelscore/rounds/1.json': 0o600 },
      ...{ '.reelscore/snapshot': 0o700, '.reelscore/snapshot/00000.jsonl': 0o600 },
      ...{ '.reelscore/submissions': 0o700, '.reelscore/submissions/a.jsonl': 0o600 },
    });
  });

  test('a .reelscore that others could look into is closed to them', async () => {
    const store = await temporaryStore();
    const folder = join(store.location, '.reelscore');
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o755);
    await store.append('submissions/a.jsonl', 'x\n');
    expect((await modesIn(store.location))['.reelscore']).toBe(0o700);
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
    expect(await store.size('summary.json')).toBeUndefined();
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
