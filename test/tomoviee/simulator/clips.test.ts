import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { simulate } from './support.js';

const CONTENT = Buffer.from('0123456789');

async function withClips() {
  const root = await mkdtemp(join(tmpdir(), 'simulator-clips-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const clipsDir = join(root, 'clips');
  await mkdir(join(clipsDir, 'folder'), { recursive: true });
  await writeFile(join(root, 'secret.mp4'), 'secret');
  await writeFile(join(clipsDir, 'folder', 'deep.mp4'), 'deep');
  await writeFile(join(clipsDir, 'ten bytes.mkv'), CONTENT);
  await writeFile(join(clipsDir, 'small.mp4'), 'small');
  await writeFile(join(clipsDir, 'empty.mov'), '');
  await writeFile(join(clipsDir, 'large.mp4'), Buffer.alloc(3 * 1024 * 1024, 'abc'));
  await symlink(join(root, 'secret.mp4'), join(clipsDir, 'link.mp4'));
  const simulator = await simulate({ clipsDir });
  return { simulator, clipsDir, base: `${simulator.url}/clips` };
}

/** The path as it is: fetch would resolve the dots itself. */
function rawStatus(base: string, path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, agent: false }, (res) => {
      res.resume().once('end', () => resolve(res.statusCode));
    })
      .once('error', reject)
      .end();
  });
}

describe('a sample clip', () => {
  test('is served whole, with its type and length', async () => {
    const { base } = await withClips();
    const response = await fetch(`${base}/ten%20bytes.mkv`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('video/x-matroska');
    expect(response.headers.get('content-length')).toBe('10');
    expect(response.headers.get('accept-ranges')).toBe('bytes');
    expect(await response.text()).toBe('0123456789');
  });

  test('answers HEAD with its length and no body', async () => {
    const { base } = await withClips();
    const response = await fetch(`${base}/ten%20bytes.mkv`, { method: 'HEAD' });
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '10']);
    expect(await response.text()).toBe('');
  });

  test.each([
    ['bytes=0-3', 206, 'bytes 0-3/10', '0123'],
    ['bytes=7-', 206, 'bytes 7-9/10', '789'],
    ['bytes=-2', 206, 'bytes 8-9/10', '89'],
    ['bytes=-20', 206, 'bytes 0-9/10', '0123456789'],
    ['bytes=8-99', 206, 'bytes 8-9/10', '89'],
    ['bytes=9-9', 206, 'bytes 9-9/10', '9'],
    ['bytes=10-', 416, 'bytes */10', ''],
    ['bytes=-0', 416, 'bytes */10', ''],
    ['bytes=5-2', 200, null, '0123456789'],
    ['bytes=0-1,3-4', 200, null, '0123456789'],
    ['pages=1-2', 200, null, '0123456789'],
  ])('answers range %s with %i', async (range, status, contentRange, text) => {
    const { base } = await withClips();
    const response = await fetch(`${base}/ten%20bytes.mkv`, { headers: { range } });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-range')).toBe(contentRange);
    expect(await response.text()).toBe(text);
  });

  test('answers a range for another version with the whole', async () => {
    const { base } = await withClips();
    const url = `${base}/ten%20bytes.mkv`;
    const etag = (await fetch(url)).headers.get('etag')!;
    const ask = (version: string) =>
      fetch(url, { headers: { range: 'bytes=0-1', 'if-range': version } });
    expect((await ask(etag)).status).toBe(206);
    expect((await ask('"other"')).status).toBe(200);
  });

  test('too large to be kept in memory is served in ranges from the file', async () => {
    const { base } = await withClips();
    const part = await fetch(`${base}/large.mp4`, { headers: { range: 'bytes=3000000-3000005' } });
    expect([part.status, await part.text()]).toEqual([206, 'abcabc']);
    expect((await (await fetch(`${base}/large.mp4`)).arrayBuffer()).byteLength).toBe(3_145_728);
  });

  test('that is empty is served as such', async () => {
    const { base } = await withClips();
    const response = await fetch(`${base}/empty.mov`);
    expect([response.status, await response.text()]).toEqual([200, '']);
    const part = await fetch(`${base}/empty.mov`, { headers: { range: 'bytes=0-0' } });
    expect(part.status).toBe(416);
  });

  test('that was put there later is found', async () => {
    const { base, clipsDir } = await withClips();
    expect((await fetch(`${base}/new.ts`)).status).toBe(404);
    await writeFile(join(clipsDir, 'new.ts'), 'new');
    expect((await fetch(`${base}/new.ts`)).headers.get('content-type')).toBe('video/mp2t');
  });
});

test.each([
  '/clips/../secret.mp4',
  '/clips/%2e%2e/secret.mp4',
  '/clips/..%2fsecret.mp4',
  '/clips/folder/../../secret.mp4',
  '/clips/folder/deep.mp4',
  '/clips/folder',
  '/clips/link.mp4',
  '/clips//etc/passwd',
  '/clips/%2fetc%2fpasswd',
  '/clips/%E0%A4%A',
  '/clips/small.mp4%00',
  '/clips/load/../secret.mp4',
  '/clips/',
])('%s opens nothing', async (path) => {
  const { base } = await withClips();
  expect(await rawStatus(base, path)).toBe(404);
});

test('clips for load are the smallest MP4, whatever their number', async () => {
  const { base } = await withClips();
  for (const n of [0, 1, 99_999]) {
    expect(await (await fetch(`${base}/load/${n}.mp4?sim=late:5`)).text()).toBe('small');
  }
});
