// Clips that are files on this machine, served to the vendor by the receiver. R3.
import { cp, mkdtemp, rm, writeFile, symlink, readFile, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../config/paths.js';
import { startRig, type ManifestRow } from '../../support/rig.js';
import { testServer } from '../../support/temporal.js';
import { until } from '../../support/until.js';

const SUNRISE = join(PACKAGE_ROOT, 'examples/clips/sunrise.mp4');
const folder = await mkdtemp(join(tmpdir(), 'reelscore-served-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const server = await testServer();
const rig = await startRig({ server, simulator: { fetchClips: true } });
afterAll(() => rig.close());

/** Rows of clips in files of their own. */
async function files(name: string, count: number): Promise<ManifestRow[]> {
  return await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const path = join(folder, `${name} ${n}.mp4`);
      // Each content is another.
      await writeFile(path, Buffer.concat([await readFile(SUNRISE), freeBox(`${name} ${n}`)]));
      return { id: `${name}-${n}`, file_link: path, prompt: 'Calm' };
    }),
  );
}

/** Bytes that a player skips. */
function freeBox(text: string): Buffer {
  const box = Buffer.from(`....free${text}`);
  box.writeUInt32BE(box.length, 0);
  return box;
}

/** A batch with one clip whose task stays at the vendor; the URL that the vendor was given. */
async function servedClip(name: string) {
  const [row] = await files(name, 1);
  const path = row?.file_link ?? '';
  rig.simulator.setLimits({ taskMs: 120_000 });
  const batch = await rig.start([{ ...row, file_link: path, prompt: 'Calm' }]);
  const links = (): string[] =>
    rig.simulator
      .ledger()
      .map(({ fileLink }) => fileLink)
      .filter((link) => isOf(link, batch.batch));
  const [url = ''] = await until(
    () => Promise.resolve(links()),
    ({ length }) => length > 0,
  );
  return { batch, path, url };
}

function isOf(link: string, batch: string): boolean {
  const [, token = ''] = link.split('/clips/');
  return Buffer.from(token.split('.')[0] ?? '', 'base64url')
    .toString()
    .includes(batch);
}

test('the vendor fetches each clip from the receiver, byte for byte', async () => {
  rig.simulator.setLimits({ taskMs: 50 });
  const rows = await files('whole', 6);
  const { summary, rows: results } = await rig.run(rows, { probe: true });
  expect(summary.counts).toMatchObject({ total: 6, succeeded: 6 });
  expect(results.map(({ file_link: link }) => link)).toEqual(
    rows.map(({ file_link: path }) => `file://${path.replaceAll(' ', '%20')}`),
  );
});

describe('while the task is at the vendor, its URL', () => {
  let served: Awaited<ReturnType<typeof servedClip>>;
  beforeAll(async () => {
    served = await servedClip('parts');
  });
  afterAll(() => served.batch.handle.terminate());

  test('gives the file whole, with its type, length and ETag', async () => {
    const { url, path } = served;
    const answer = await fetch(url);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('video/mp4');
    expect(answer.headers.get('accept-ranges')).toBe('bytes');
    expect(answer.headers.get('etag')).toMatch(/^"[0-9a-f]{32}"$/);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(await readFile(path));
  });

  test('answers HEAD as GET, without the content', async () => {
    const { url, path } = served;
    const answer = await fetch(url, { method: 'HEAD' });
    const { size } = await stat(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-length')).toBe(String(size));
    expect((await answer.arrayBuffer()).byteLength).toBe(0);
  });

  test.each([
    ['bytes=0-99', 206, 0, 100],
    ['bytes=100-', 206, 100, undefined],
    ['bytes=-50', 206, -50, undefined],
    ['bytes=0-0', 206, 0, 1],
    ['bytes=0-1,5-6', 200, 0, undefined],
    ['lines=0-1', 200, 0, undefined],
  ])('gives %s', async (range, status, start, end) => {
    const { url, path } = served;
    const answer = await fetch(url, { headers: { range } });
    expect(answer.status).toBe(status);
    const whole = await readFile(path);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(whole.subarray(start, end));
  });

  test('refuses a range beyond the end, and gives the whole where the file is another', async () => {
    const { url, path } = served;
    const { size } = await stat(path);
    const beyond = await fetch(url, { headers: { range: `bytes=${size}-` } });
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get('content-range')).toBe(`bytes */${size}`);
    const headers = { range: 'bytes=0-0', 'if-range': '"other"' };
    expect((await fetch(url, { headers })).status).toBe(200);
    const etag = beyond.headers.get('etag') ?? '';
    expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  const SPELLINGS = [
    ...[
      '',
      '.',
      '..',
      '/',
      '%2e%2e',
      '%2e%2e%2fetc%2fpasswd',
      '..%2f..%2fetc%2fpasswd',
      '../../etc/passwd',
    ],
    ...[
      '....//....//etc/passwd',
      '..%5c..%5cetc%5cpasswd',
      '%252e%252e%252fetc%252fpasswd',
      '%c0%ae%c0%ae/x',
    ],
    ...[
      'file:///etc/passwd',
      '/etc/passwd',
      '//etc/passwd',
      'etc/passwd%00.mp4',
      '~root/.ssh/id_rsa',
    ],
    ...[
      'sunrise.mp4',
      './sunrise.mp4',
      'SUNRISE.MP4',
      'sunrise.mp4::$DATA',
      'CON',
      '%2froot',
      '*',
      '?',
      '#',
    ],
    ...['null', '[]', 'W10.x', '.', 'a.b.c'],
  ];
  test.each(SPELLINGS.map((text) => [text]))('is not %j', async (text) => {
    const { url } = served;
    expect([400, 404]).toContain(await statusOf(url.replace(/\/clips\/.*/, `/clips/${text}`)));
  });

  test('is no other with the same MAC, nor the same with another', async () => {
    const { url } = served;
    const [base = '', token = ''] = url.split('/clips/');
    const [said = '', mac = ''] = token.split('.');
    const fields = JSON.parse(Buffer.from(said, 'base64url').toString()) as unknown[];
    const forged = fields.map((value, at) =>
      fields.map((other, where) =>
        where !== at ? other : typeof value === 'number' ? value + 1 : 'x',
      ),
    );
    const tokens = [
      ...forged.map((list) => `${Buffer.from(JSON.stringify(list)).toString('base64url')}.${mac}`),
      ...[`${said}=.${mac}`, `${said}.${mac}=`, `${said}.`, `.${mac}`, `${said}.${mac}.x`, said],
    ];
    for (const one of tokens) expect(await statusOf(`${base}/clips/${one}`), one).toBe(404);
  });
});

test('the URL ends with the task', async () => {
  const { batch, url } = await servedClip('ended');
  expect((await fetch(url)).status).toBe(200);
  rig.simulator.setLimits({ taskMs: 50 });
  await batch.handle.cancel();
  await batch.handle.result().catch(() => undefined);
  await until(
    async () => (await fetch(url, { method: 'HEAD' })).status,
    (status) => status === 410,
  );
});

test('a file that was exchanged for another, or for a link to one, is not served', async () => {
  for (const exchange of [
    async (path: string) => await cp(join(PACKAGE_ROOT, 'package.json'), path),
    async (path: string) => {
      await rm(path);
      await symlink('/etc/passwd', path);
    },
    async (path: string) => await rm(path),
  ]) {
    const { batch, path, url } = await servedClip('exchanged');
    await exchange(path);
    expect((await fetch(url)).status).toBe(410);
    await batch.handle.terminate();
    await rm(path, { force: true });
  }
});

test('a clip whose file was changed after the start is rejected, and nothing is submitted', async () => {
  rig.simulator.setLimits({ taskMs: 50 });
  const rows = await files('changed', 2);
  const before = rig.simulator.ledger().length;
  const batch = await rig.start(rows, { probe: false }, async () => {
    await cp(SUNRISE, rows[0]?.file_link ?? '');
    await rm(rows[1]?.file_link ?? '');
  });
  expect((await batch.result()).counts).toMatchObject({ rejected: 2 });
  expect((await batch.rows()).map(({ error_code: code }) => code)).toEqual([
    'clip_changed',
    'clip_gone',
  ]);
  expect(rig.simulator.ledger()).toHaveLength(before);
});

/** `fetch` would tidy the path. */
function statusOf(url: string): Promise<number> {
  const { host, port, hostname } = new URL(url);
  const path = url.slice(url.indexOf(host) + host.length);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path: path.replaceAll(' ', '%20') }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end();
  });
}
