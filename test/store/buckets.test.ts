// Buckets of a real S3 server.
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { pathToFileURL } from 'node:url';
import { beforeEach, expect, test, vi } from 'vitest';
import { createGuardedFetch } from '../../net/guarded-fetch.js';
import { createBucketFetch } from '../../store/bucket/bucket-fetch.js';
import { openBuckets } from '../../store/bucket/buckets.js';
import { tryStaging } from '../../store/bucket/staging-check.js';
import type { UploadedFile } from '../../store/bucket/upload.js';
import { distFile } from '../../config/paths.js';
import { built } from '../support/built.js';
import { makeManyFiles } from '../support/many-files.js';
import { scratchFolder } from '../support/scratch.js';
import { s3Server } from '../support/s3-server.js';

await built();
const s3 = await s3Server();
const folder = scratchFolder('buckets');
const MIB = 1_048_576;
const { bucket } = s3;

beforeEach(() => {
  for (const [name, value] of Object.entries(s3.env)) vi.stubEnv(name, value);
  s3.passed.length = 0;
  s3.gate = () => Promise.resolve();
});

const open = () => openBuckets({ endpoint: s3.endpoint });

async function fileOf(content: Buffer): Promise<UploadedFile> {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const path = join(folder, `${sha256}.mp4`);
  await writeFile(path, content);
  return { path, sha256, size: content.length, contentType: 'video/mp4' };
}

async function contentAt(key: string): Promise<Buffer> {
  const { Body } = await s3.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return Buffer.from(await Body!.transformToByteArray());
}

const parts = () =>
  s3.passed.filter(({ query, status }) => query.has('partNumber') && status === 200);

test.each([0, 1, 8 * MIB, 8 * MIB + 1, 25 * MIB])(
  'a file of %i bytes becomes the object, once',
  async (size) => {
    const content = randomBytes(size);
    const file = await fileOf(content);
    const at = { bucket, key: `once/${file.sha256}.mp4` };
    await open().upload(at, file);
    expect((await contentAt(at.key)).equals(content)).toBe(true);
    s3.passed.length = 0;
    await open().upload(at, file);
    expect(s3.passed.map(({ method }) => method)).toEqual(['HEAD']);
    expect(await s3.unfinished()).toBe(0);
  },
);

test('what was sent before a break is not sent again, and there is no object until all of it is', async () => {
  const content = randomBytes(40 * MIB);
  const file = await fileOf(content);
  const at = { bucket, key: 'broken/off.mp4' };
  const stop = new AbortController();
  s3.gate = async ({ query }) => {
    if (query.get('partNumber') !== '3') return;
    stop.abort(new Error('enough'));
    await sleep(100);
  };
  await expect(open().upload(at, file, stop.signal)).rejects.toThrow();
  expect(parts().map(({ query }) => query.get('partNumber'))).toEqual(['1', '2']);
  await expect(contentAt(at.key)).rejects.toThrow();
  expect(await s3.unfinished()).toBe(1);

  s3.gate = () => Promise.resolve();
  await open().upload(at, file);
  expect(parts().map(({ query }) => query.get('partNumber'))).toEqual(['1', '2', '3', '4', '5']);
  expect((await contentAt(at.key)).equals(content)).toBe(true);
  expect(await s3.unfinished()).toBe(0);
});

test('parts of another content are sent again', async () => {
  const [before, after] = [randomBytes(20 * MIB), randomBytes(20 * MIB)];
  const [one, other] = [await fileOf(before), await fileOf(after)];
  const at = { bucket, key: 'broken/other.mp4' };
  const stop = new AbortController();
  s3.gate = ({ query }) => {
    if (query.get('partNumber') === '2') stop.abort();
    return Promise.resolve();
  };
  await expect(open().upload(at, one, stop.signal)).rejects.toThrow();
  s3.gate = () => Promise.resolve();
  await open().upload(at, other);
  expect((await contentAt(at.key)).equals(after)).toBe(true);
});

test.each([100, 20 * MIB])(
  'a file of %i bytes that is not the one that was meant leaves nothing',
  async (size) => {
    const file = await fileOf(randomBytes(size));
    await writeFile(file.path, randomBytes(size));
    const at = { bucket, key: 'changed/clip.mp4' };
    await expect(open().upload(at, file)).rejects.toThrow('the file was changed');
    await expect(contentAt(at.key)).rejects.toThrow();
    expect(await s3.unfinished()).toBe(0);
  },
);

test('remove takes the object, and what broken uploads of it have left, and nothing else', async () => {
  const at = { bucket, key: 'removed/clip.mp4' };
  const stop = new AbortController();
  s3.gate = ({ query }) => {
    if (query.get('partNumber') === '2') stop.abort();
    return Promise.resolve();
  };
  const broken = open().upload(at, await fileOf(randomBytes(20 * MIB)), stop.signal);
  await expect(broken).rejects.toThrow();
  s3.gate = () => Promise.resolve();
  await open().write(at, 'one');
  await open().write({ bucket, key: `${at.key}.bak` }, 'other');
  expect(await s3.unfinished()).toBe(1);
  await open().remove(at);
  await open().remove(at);
  expect(await s3.unfinished()).toBe(0);
  await expect(contentAt(at.key)).rejects.toThrow();
  expect((await contentAt(`${at.key}.bak`)).toString()).toBe('other');
});

test('100,000 clips are listed in flat memory', async () => {
  const library = join(s3.folder, 'library');
  for (let n = 0; n < 50; n += 1) mkdirSync(join(library, String(n)), { recursive: true });
  makeManyFiles(100_000, (n) => join(library, String(n % 50), `clip-${n}.mp4`));
  const script = `
    import { openBuckets } from ${urlOf('store/bucket/buckets.js')};
    import { clipsOfBucket } from ${urlOf('manifests/sources/bucket.js')};
    const usedMb = () => (gc(), process.memoryUsage().heapUsed / 1e6);
    const buckets = openBuckets({ endpoint: process.env.AWS_ENDPOINT_URL_S3 });
    let [count, before, most] = [0, 0, 0];
    for await (const { id } of clipsOfBucket({ bucket: '${bucket}', key: 'library' }, buckets)) {
      count += 1;
      if (count === 5_000) before = usedMb();
      if (count > 5_000 && count % 5_000 === 0) most = Math.max(most, usedMb());
    }
    console.log(JSON.stringify({ count, growth: most - before }));
  `;
  const args = ['--expose-gc', '--input-type=module', '--eval', script];
  const { stdout } = await execa(process.execPath, args, { env: s3.env });
  const { count, growth } = JSON.parse(stdout) as { count: number; growth: number };
  expect(count).toBe(100_000);
  // A list of their keys would have some 10 MB.
  expect(growth).toBeLessThan(3);
});

const urlOf = (file: string) => JSON.stringify(pathToFileURL(distFile(file)).href);

test('a signed link gives the object until it ends, and to GET alone', async () => {
  const key = 'signed/with space, #1? & ü.mp4';
  await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'a clip' }));
  const link = await open().presign({ bucket, key }, 2000);
  const got = await fetch(link);
  expect([got.status, await got.text()]).toEqual([200, 'a clip']);
  expect((await fetch(link, { method: 'HEAD' })).status).toBe(403);
  await sleep(3500);
  expect((await fetch(link)).status).toBe(403);
});

test('clips in buckets are read like those at links: signed anew for each request', async () => {
  const key = 'read/a #1.mp4';
  await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: '0123456789' }));
  const web = createGuardedFetch();
  const clips = createBucketFetch(web, open(), s3.endpoint);
  const link = `s3://${bucket}/${key}`;
  try {
    const head = await clips.request(link, { method: 'HEAD' });
    expect([head.status, head.headers['content-length']]).toEqual([200, '10']);
    const part = await clips.request(link, { headers: { range: 'bytes=2-4' } });
    expect([part.status, Buffer.concat(await part.body.toArray()).toString()]).toEqual([
      206,
      '234',
    ]);
    // The server's own address is open to signed links alone.
    await expect(clips.request(`${s3.endpoint}/${bucket}/x`)).rejects.toThrow('loopback');
    const place = { bucket, key: 'staging/' };
    await tryStaging(open(), place, clips);
    for await (const { key } of open().list(place)) throw new Error(`${key} was left`);
  } finally {
    await Promise.all([clips.close(), web.close()]);
  }
});

test.each([
  ['tell no end', {}, /end at a time they do not tell/],
  [
    'end sooner',
    { AWS_CREDENTIAL_EXPIRATION: new Date(Date.now() + 599_000).toISOString() },
    /in \d+ min/,
  ],
])('session credentials that %s cannot sign a link for long', async (_, extra, message) => {
  vi.stubEnv('AWS_SESSION_TOKEN', 'session');
  for (const [name, value] of Object.entries(extra)) vi.stubEnv(name, value);
  await expect(open().checkCredentialsLast(3_600_000)).rejects.toThrow(message);
});

test('credentials that live long enough, or do not end, can', async () => {
  await open().checkCredentialsLast(3_600_000);
  vi.stubEnv('AWS_SESSION_TOKEN', 'session');
  const expiry = new Date(Date.now() + 7_200_000).toISOString();
  vi.stubEnv('AWS_CREDENTIAL_EXPIRATION', expiry);
  await open().checkCredentialsLast(3_600_000);
});
