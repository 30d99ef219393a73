// What holds of every store, of one in a folder and of one in a bucket of a real S3 server.
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { tryStore } from '../../store/bucket/store-check.js';
import { linesOf } from '../../store/lines.js';
import { openLocalStore } from '../../store/local-store.js';
import { storeOpener } from '../../store/open-store.js';
import type { Store } from '../../store/store.js';
import { randomOf } from '../support/random.js';
import { scratchFolder } from '../support/scratch.js';
import { s3Server } from '../support/s3-server.js';

const s3 = await s3Server();
const folder = scratchFolder('stores');

beforeEach(() => {
  for (const [name, value] of Object.entries(s3.env)) vi.stubEnv(name, value);
  s3.passed.length = 0;
  s3.gate = () => Promise.resolve();
  s3.answer = asIs;
});

const asIs = ({ status }: { status: number }): number => status;

const open = () => storeOpener({ endpoint: s3.endpoint });
const inBucket = (name: string = randomUUID()): Store =>
  open()(`s3://${s3.bucket}/results/${name}`);

async function linesIn(store: Store, key: string): Promise<string[]> {
  const all: string[] = [];
  for await (const lines of linesOf(store, key)) all.push(...lines);
  return all.filter((line) => line !== '');
}

const KINDS: [string, (name?: string) => Store][] = [
  ['a folder', (name = randomUUID()) => openLocalStore(join(folder, name))],
  ['a bucket', inBucket],
];

describe.each(KINDS)('a store in %s', (_, storeOf) => {
  test('has what was written, and nothing else', async () => {
    const store = storeOf();
    expect(await store.readText('batch.json')).toBeUndefined();
    expect(await store.size('batch.json')).toBeUndefined();
    expect(await store.version('batch.json')).toBeUndefined();
    expect(await store.exists('batch.json')).toBe(false);
    expect(await store.list('outcomes/')).toEqual([]);
    await store.write('batch.json', 'ä');
    await store.write('outcomes/10.jsonl', 'x');
    await store.write('outcomes/2.jsonl', Buffer.from('yy'));
    await store.write('outcomes/deeper/1.jsonl', 'x');
    await store.append('outcomes/log.jsonl', '123\n');
    expect(await store.readText('batch.json')).toBe('ä');
    expect(await store.size('batch.json')).toBe(2);
    const keys = ['outcomes/10.jsonl', 'outcomes/2.jsonl', 'outcomes/log.jsonl'];
    expect(await store.list('outcomes/')).toEqual(keys);
    expect(await store.entries('outcomes')).toEqual(
      keys.map((key, at) => ({ key, size: [1, 2, 4][at] })),
    );
    await store.remove('outcomes/2.jsonl');
    await store.remove('outcomes/2.jsonl');
    expect(await store.list('outcomes/')).toEqual([keys[0], keys[2]]);
    await expect(text(store.readStream('rounds/1.json'))).rejects.toThrow();
  });

  test.each(['../x', 'a//b', '.hidden', '/etc/passwd', 'a/../b', 'submissions/'])(
    'refuses the key %s (S1)',
    async (key) => {
      const store = storeOf();
      await expect(store.write(key, 'x')).rejects.toThrow('is no safe name');
      await expect(store.create(key, 'x')).rejects.toThrow('is no safe name');
      await expect(store.append(key, 'x\n')).rejects.toThrow('is no safe name');
    },
  );

  test('gives parts of objects and of what was appended', async () => {
    const store = storeOf();
    await store.write('rounds/1.json', '0123456789');
    for (const two of ['01', '23', '45', '67', '89']) await store.append('notes/1.jsonl', two);
    const parts = [{}, { from: 7 }, { to: 2 }, { from: 2, to: 5 }, { from: 4, to: 4 }];
    for (const key of ['rounds/1.json', 'notes/1.jsonl']) {
      const read = parts.map((part) => text(store.readStream(key, part)));
      expect(await Promise.all(read)).toEqual(['0123456789', '789', '01', '234', '']);
    }
    const again = storeOf(store.location.split('/').at(-1));
    expect(await text(again.readStream('notes/1.jsonl', { from: 3 }))).toBe('3456789');
    expect(await again.size('notes/1.jsonl')).toBe(10);
  });

  test('lets one alone of several create an object', async () => {
    const name = randomUUID();
    const texts = Array.from({ length: 20 }, (_, n) => `${n}`.repeat(10_000));
    const created = await Promise.all(texts.map((one) => storeOf(name).create('a/2.json', one)));
    expect(created.filter(Boolean)).toHaveLength(1);
    expect(await storeOf(name).readText('a/2.json')).toBe(texts[created.indexOf(true)]);
    expect(await storeOf(name).create('a/2.json', 'later')).toBe(false);
  });

  test.each([0, 3, 4_000_000, 12_000_000])('has a stream of %i bytes, whole', async (size) => {
    const store = storeOf();
    const content = randomBytes(size);
    const seen: (string | undefined)[] = [];
    const written = await store.writeStream(
      'soundtracks/a.wav',
      Readable.from([content]),
      async (v) => {
        seen.push(v, await store.version('soundtracks/a.wav'));
      },
    );
    expect(written).toBe(size);
    expect(seen).toEqual([await store.version('soundtracks/a.wav'), undefined]);
    expect((await buffer(store.readStream('soundtracks/a.wav'))).equals(content)).toBe(true);
    const read = await store.withFile('soundtracks/a.wav', (path) => readFile(path));
    expect(read.equals(content)).toBe(true);
  });

  test.each([3, 12_000_000])('has nothing of a stream that breaks after %i bytes', async (size) => {
    const store = storeOf();
    async function* broken(): AsyncIterable<Uint8Array> {
      yield await Promise.resolve(randomBytes(size));
      throw new Error('the source broke');
    }
    await store.write('soundtracks/a.wav', 'before');
    await expect(store.writeStream('soundtracks/a.wav', broken())).rejects.toThrow('source broke');
    const refused = store.writeStream('soundtracks/a.wav', Readable.from([randomBytes(size)]), () =>
      Promise.reject(new Error('no')),
    );
    await expect(refused).rejects.toThrow('no');
    expect(await store.readText('soundtracks/a.wav')).toBe('before');
    expect(await store.list('soundtracks')).toEqual(['soundtracks/a.wav']);
    expect(await s3.unfinished()).toBe(0);
  });

  test('has what a program writes into a file, and nothing if it fails', async () => {
    const store = storeOf();
    await store.writeFile('videos/a.mp4', (path) => writeFile(path, 'video'));
    expect(await store.readText('videos/a.mp4')).toBe('video');
    const failing = store.writeFile('videos/a.mp4', async (path) => {
      await writeFile(path, 'half');
      throw new Error('killed');
    });
    await expect(failing).rejects.toThrow('killed');
    expect(await store.readText('videos/a.mp4')).toBe('video');
  });

  test('keeps what several append at one time, each line whole', async () => {
    const store = storeOf();
    const lines = Array.from({ length: 500 }, (_, n) => `${n} ${'x'.repeat(n % 50)}`);
    await Promise.all(lines.map((line) => store.append('submissions/a.jsonl', `${line}\n`)));
    expect((await linesIn(store, 'submissions/a.jsonl')).sort()).toEqual(lines.sort());
  });
});

describe('what is appended in a bucket', () => {
  const key = 'submissions/a.jsonl';

  test('shares requests, and its parts become few', async () => {
    const name = randomUUID();
    const store = inBucket(name);
    const puts = () => s3.passed.filter(({ method }) => method === 'PUT').length;
    await Promise.all(Array.from({ length: 200 }, (_, n) => store.append(key, `${n}\n`)));
    expect(puts()).toBeLessThanOrEqual(3);
    for (let n = 200; n < 650; n += 1) await store.append(key, `${n}\n`);
    await store.sweep(); // waits for what is merged
    expect(await linesIn(inBucket(name), key)).toEqual(
      Array.from({ length: 650 }, (_, n) => `${n}`),
    );
    const objects: string[] = [];
    for await (const one of s3.keys(`results/${name}/`)) objects.push(one);
    expect(objects.length).toBeLessThan(110);
  });

  test.each(Array.from({ length: 6 }, (_, seed) => seed))(
    'is whole for those who read while it is written, merged and read on (seed %i)',
    async (seed) => {
      const name = randomUUID();
      const next = randomOf(seed);
      const store = inBucket(name);
      const reader = inBucket(name);
      let written = 0;
      const writing = (async () => {
        for (let n = 0; n < 130; n += 1) {
          await store.append(key, `${n}\n`);
          written = n + 1;
        }
      })();
      let at = 0;
      const seen: string[] = [];
      while (seen.length < 130) {
        const least = written;
        const [entry] = await reader.entries('submissions');
        const size = entry?.size ?? 0;
        if (next() < 0.3) await sleep(next() * 100); // parts of the list are merged meanwhile
        if (size > at)
          seen.push(
            ...(await text(reader.readStream(key, { from: at, to: size })))
              .split('\n')
              .slice(0, -1),
          );
        at = size;
        expect(seen.length).toBeGreaterThanOrEqual(least);
      }
      await writing;
      expect(seen).toEqual(Array.from({ length: 130 }, (_, n) => `${n}`));
    },
  );

  test('begins anew where a batch was deleted', async () => {
    const store = inBucket('deleted');
    const notes = 'downloads/a.jsonl';
    for (const one of [key, notes]) await store.append(one, 'of before\n');
    for await (const Key of s3.keys('results/deleted/')) {
      await s3.client.send(new DeleteObjectCommand({ Bucket: s3.bucket, Key }));
    }
    expect(await store.list('submissions')).toEqual([]);
    for (const one of [key, notes]) {
      await store.append(one, 'of now\n');
      expect(await linesIn(inBucket('deleted'), one)).toEqual(['of now']);
      expect(await linesIn(store, one)).toEqual(['of now']);
    }
  });

  test('is kept of two who append to the same at one time', async () => {
    const name = randomUUID();
    const stores = [inBucket(name), inBucket(name)];
    const lines = stores.flatMap((_, by) => Array.from({ length: 30 }, (__, n) => `${by}.${n}`));
    await Promise.all(
      stores.map(async (store, by) => {
        for (let n = 0; n < 30; n += 1) await store.append(key, `${by}.${n}\n`);
      }),
    );
    const read = await linesIn(inBucket(name), key);
    expect(read.sort()).toEqual(lines.sort());
  });

  test.each(Array.from({ length: 4 }, (_, seed) => seed))(
    'is there once, whatever answers are lost (seed %i)',
    async (seed) => {
      const name = randomUUID();
      const next = randomOf(seed);
      const store = inBucket(name);
      const told: string[] = [];
      s3.gate = () => (next() < 0.1 ? Promise.reject(new Error('cut')) : Promise.resolve());
      s3.answer = ({ status }) => (next() > 0.2 ? status : undefined);
      for (let n = 0; n < 40; n += 1) {
        await store.append(key, `${n}\n`).then(
          () => told.push(`${n}`),
          () => undefined,
        );
      }
      s3.gate = () => Promise.resolve();
      s3.answer = asIs;
      const read = await linesIn(inBucket(name), key);
      expect(read.filter((line, at) => read.indexOf(line) !== at)).toEqual([]);
      expect(told.filter((line) => !read.includes(line))).toEqual([]);
      expect(told.length).toBeGreaterThan(10);
    },
  );
});

test('who creates an object is told so, also if the answer is lost', async () => {
  const store = inBucket();
  for (let n = 0; n < 20; n += 1) {
    let lost = 0;
    s3.answer = ({ method, status }) => (method !== 'PUT' || (lost += 1) > 1 ? status : undefined);
    expect(await store.create(`selections/${n}.json`, 'mine')).toBe(true);
    expect(lost).toBeGreaterThan(1);
  }
  s3.answer = asIs;
});

test('errors say where they happened, and what to do', async () => {
  const gone = open()('s3://no-such-bucket/results');
  const bucketGone = /^s3:\/\/no-such-bucket\/.*: .+ \(create it, or name another\)$/;
  await expect(gone.write('batch.json', 'x')).rejects.toThrow(bucketGone);
  await expect(gone.readText('batch.json')).rejects.toThrow(bucketGone);
  await expect(gone.list('outcomes')).rejects.toThrow(bucketGone);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'another');
  await expect(inBucket().readText('batch.json')).rejects.toThrow(/ \(check the credentials, and/);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', '');
  vi.stubEnv('AWS_ACCESS_KEY_ID', '');
  vi.stubEnv('HOME', folder);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  await expect(inBucket().readText('batch.json')).rejects.toThrow(/ \(set AWS_ACCESS_KEY_ID and/);
});

test('a server is tried before it is trusted', async () => {
  await tryStore(open(), `s3://${s3.bucket}/results`);
  for await (const key of s3.keys('results/reelscore-doctor')) expect(key).toBe('');
  // One that takes no notice of the condition, as far as those who write can tell.
  s3.answer = ({ status }) => (status === 412 ? 200 : status);
  await expect(tryStore(open(), `s3://${s3.bucket}/results`)).rejects.toThrow(
    'were told that they were first (If-None-Match does not work there',
  );
  s3.answer = asIs;
  await expect(tryStore(open(), 's3://no-such-bucket/results')).rejects.toThrow();
});
