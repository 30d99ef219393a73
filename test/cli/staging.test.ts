// Clips in a folder and in a bucket, given to the vendor by links that are signed for a bucket.
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Plan } from '../../client/index.js';
import { distFile, PACKAGE_ROOT } from '../../config/paths.js';
import { startSimulator } from '../../tomoviee/simulator/simulator.js';
import { hasFfmpeg, makeClips, picture } from '../media/clips.js';
import { built } from '../support/built.js';
import { readRows } from '../support/rig.js';
import { s3Server } from '../support/s3-server.js';
import { temporaryHome, testServer } from '../support/temporal.js';
import { until } from '../support/until.js';
import { ask, reelscore } from './cli.js';

await built();
const s3 = await s3Server();
const server = await testServer();
const cwd = await temporaryHome();
const home = await temporaryHome();
const simulator = await startSimulator({ fetchClips: true, taskMs: [300, 600] });
afterAll(() => simulator.close());

const EXAMPLES = join(PACKAGE_ROOT, 'examples/clips');
const env = {
  ...s3.env,
  REELSCORE_HOME: home,
  REELSCORE_ACCOUNT: 'staging-test',
  REELSCORE_STAGING: `s3://${s3.bucket}/for/vendor`,
  REELSCORE_ALLOW_HOSTS: new URL(simulator.url).host,
  REELSCORE_POLL_INTERVAL: '300ms',
  TEMPORAL_ADDRESS: server.address,
  TOMOVIEE_BASE_URL: simulator.url,
  TOMOVIEE_APP_KEY: 'test-key',
  TOMOVIEE_APP_SECRET: 'test-secret',
};
const PROMPT = ['--prompt', 'Calm Piano', '--rate', '20'];
const cli = (args: string[], more: Record<string, string> = {}) =>
  ask(args, { cwd, env: { ...env, ...more } });

/** A video with so much of nothing at its end. */
async function largeVideo(path: string, mib: number): Promise<string> {
  const size = Buffer.alloc(8);
  size.writeUInt32BE(mib * 1_048_576 + 8);
  size.write('free', 4);
  const video = await readFile(join(EXAMPLES, 'sunrise.mp4'));
  const content = Buffer.concat([video, size, Buffer.alloc(mib * 1_048_576, mib)]);
  await writeFile(path, content);
  return createHash('sha256').update(content).digest('hex');
}

const objects = () =>
  s3.passed.filter(({ method, path }) => method === 'PUT' && path.includes('/for/vendor/'));

beforeAll(async () => {
  await mkdir(join(cwd, 'clips'), { recursive: true });
  await copyFile(join(EXAMPLES, 'vertical-story.mp4'), join(cwd, 'clips/story.mp4'));
  await copyFile(join(EXAMPLES, 'vertical-story.mp4'), join(cwd, 'clips/same.mp4'));
});

test('a run that is killed in mid-upload goes on where it was, and leaves nothing behind', async () => {
  const sha256 = await largeVideo(join(cwd, 'clips/large.mp4'), 30);
  const args = ['run', './clips', ...PROMPT, '--out', 'scored'];
  let held = false;
  s3.gate = ({ query }) => {
    if (query.get('partNumber') !== '3') return Promise.resolve();
    held = true;
    return new Promise(() => undefined);
  };
  const first = spawn(process.execPath, [distFile('cli/main.js'), ...args], {
    ...{ cwd, env: { PATH: process.env['PATH'], HOME: home, ...env }, stdio: 'ignore' },
  });
  await until(() => Promise.resolve(held), Boolean);
  const gone = once(first, 'exit');
  first.kill('SIGKILL');
  await gone;
  expect(await s3.unfinished()).toBe(1);
  s3.gate = () => Promise.resolve();

  const { exitCode, stderr } = await reelscore([...args, '--json'], { cwd, env });
  expect([exitCode, stderr.includes('error')]).toEqual([0, false]);
  const rows = await readRows(join(cwd, 'scored'));
  expect(rows.map(({ id, status }) => [id, status])).toEqual([
    ['large', 'succeeded'],
    ['same', 'succeeded'],
    ['story', 'succeeded'],
  ]);
  const parts = objects().filter(({ path }) => path.includes(sha256));
  expect(parts.map(({ query }) => query.get('partNumber')).sort()).toEqual(['1', '2', '3', '4']);
  // The other two have the same content.
  expect(objects()).toHaveLength(5);
  const links = simulator.ledger().map(({ fileLink }) => new URL(fileLink));
  expect(links).toHaveLength(3);
  for (const link of links) {
    expect(link.origin).toBe(s3.endpoint);
    expect(Number(link.searchParams.get('X-Amz-Expires'))).toBe(86_400);
  }
  for await (const key of s3.keys('for/')) throw new Error(`${key} was left`);
  expect(await s3.unfinished()).toBe(0);
});

test('what is kept in the bucket is not uploaded for the next batch', async () => {
  const keep = { REELSCORE_KEEP_STAGED: 'true' };
  for (const uploads of [5, 0]) {
    s3.passed.length = 0;
    const args = ['run', './clips', ...PROMPT, '--again', '--batch', `kept-${uploads}`];
    const { exitCode } = await cli([...args, '--max-submissions', '1', '--json'], keep);
    expect(exitCode).toBe(0);
    expect(objects()).toHaveLength(uploads);
  }
});

test.skipIf(!hasFfmpeg)('a clip that is fitted is uploaded as what it was made into', async () => {
  const webm = `${picture('640x480', '25', 1)} -c:v libvpx-vp9 -deadline realtime`;
  const [[, content] = []] = await makeClips({ 'screen.webm': webm });
  await mkdir(join(cwd, 'odd'));
  await writeFile(join(cwd, 'odd/screen.webm'), content ?? '');
  s3.passed.length = 0;
  const { exitCode } = await cli(['run', './odd', ...PROMPT, '--fit', '--out', 'fitted', '--json']);
  expect(exitCode).toBe(0);
  const [uploaded, ...more] = objects();
  expect([uploaded?.path, more]).toEqual([expect.stringMatching(/\/[0-9a-f]{64}\.mp4$/), []]);
  const link = simulator.ledger().at(-1)?.fileLink ?? '';
  expect(new URL(link).pathname).toBe(uploaded?.path);
  // An earlier batch kept its own there.
  for await (const key of s3.keys('for/')) expect(uploaded?.path).not.toContain(key);
});

test('clips in a bucket are submitted by links that are signed in place', async () => {
  const key = 'library/2026/opening #1?.mp4';
  const Body = await readFile(join(EXAMPLES, 'sunrise.mp4'));
  await s3.client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: key, Body }));
  const link = `s3://${s3.bucket}/${key}`;
  const missing = `s3://${s3.bucket}/library/none.mp4`;
  await writeFile(
    join(cwd, 'library.csv'),
    `id,file_link,prompt\na,"${link}",Pop\nb,${missing},Pop\n`,
  );
  const plan = JSON.parse((await cli(['plan', 'library.csv', '--json'])).stdout) as Plan;
  expect(plan.ways).toEqual({ inBuckets: 2 });

  s3.passed.length = 0;
  const before = simulator.ledger().length;
  await cli(['run', 'library.csv', '--out', 'from-bucket', '--json']);
  const [a, b] = await readRows(join(cwd, 'from-bucket'));
  expect(a).toMatchObject({ status: 'succeeded', file_link: link });
  expect(b).toMatchObject({ status: 'rejected', error_code: 'clip_not_found' });
  expect(simulator.ledger()).toHaveLength(before + 1);
  expect(s3.passed.filter(({ method }) => method === 'PUT')).toEqual([]);
});

test('plan and doctor say how clips reach the vendor, and whether it works', async () => {
  const plan = await cli(['plan', './clips', ...PROMPT]);
  expect(plan.stdout).toContain(
    `Files on this machine: 3, uploaded to s3://${s3.bucket}/for/vendor/`,
  );
  const doctor = await cli(['doctor']);
  expect(doctor.stdout).toContain(`s3://${s3.bucket}/for/vendor/ works, but at 127.0.0.1`);
  const wrong = { REELSCORE_STAGING: 's3://no-such-bucket/' };
  const broken = await cli(['doctor'], wrong);
  expect(broken.stdout).toContain('s3://no-such-bucket/ cannot be used: ');
  expect(broken.exitCode).toBe(1);
});

test('credentials that end too soon are refused before anything is started', async () => {
  const session = { AWS_SESSION_TOKEN: 'session' };
  const before = simulator.ledger().length;
  const { exitCode, stderr } = await cli(['run', './clips', ...PROMPT, '--batch', 'none'], session);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('the session credentials for S3 end at a time they do not tell');
  const plan = await cli(['plan', './clips', ...PROMPT], session);
  expect(plan.stdout).toContain('Links cannot be signed: the session credentials');
  expect(simulator.ledger()).toHaveLength(before);
});
