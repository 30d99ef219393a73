// Work that fails again and again: a batch tells what fails, and why, until it goes on by itself.
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { afterAll, expect, test } from 'vitest';
import { Reelscore, type FailingWork } from '../../client/index.js';
import { failingWorkOf } from '../../client/failing-work.js';
import { clips, startRig } from '../support/rig.js';
import { testServer } from '../support/temporal.js';
import { until } from '../support/until.js';

type Pending = Parameters<typeof failingWorkOf>[0][number];

const rig = await startRig({ server: await testServer() });
const cwd = await mkdtemp(join(tmpdir(), 'reelscore-failing-'));
const pace = { ratePerSecond: 200, burst: 20, maxInFlight: 100 };
const api = await Reelscore.connect({ config: { ...rig.config, pace, probe: false }, cwd });
afterAll(async () => {
  await api.close();
  await rig.close();
  await rm(cwd, { recursive: true, force: true });
});

async function start(name: string, faults = '') {
  const rows = clips(6, () => faults).map((row) => ({ ...row, prompt: name }));
  const manifest = join(cwd, `${name}.csv`);
  await writeFile(manifest, stringify(rows, { header: true }));
  return await api.start(manifest);
}

/** The clips of a batch may end in several activities. */
function activities(failing: FailingWork[] | undefined): string[] {
  return [...new Set(failing?.map(({ activity }) => activity))];
}

test('a store that is gone: told by status, lists and progress; once it is back, the batch ends', async () => {
  const batch = await start('gone', 'run:1500');
  const gone = `${batch.store}-elsewhere`;
  await until(batch.status, ({ progress }) => progress?.waiting === 6);
  await rename(batch.store, gone);
  await writeFile(batch.store, 'in the way');

  const watching = new AbortController();
  let told: FailingWork[] | undefined;
  const seen = new Promise<void>((resolve) => {
    void batch
      .wait({
        signal: watching.signal,
        onProgress: (progress) => {
          told = progress?.failing;
          if (told && told[0]!.tries > 1) resolve();
        },
      })
      .catch(() => undefined);
  });
  const failing = (await until(batch.status, (status) => status.failing !== undefined)).failing!;
  expect(activities(failing)).toEqual(['finishClips']);
  expect(failing[0]!.cause).toMatch(/ENOTDIR|EEXIST/);
  expect(failing[0]!.tries).toBeGreaterThan(0);
  await seen;
  watching.abort();
  expect(activities(told)).toEqual(['finishClips']);
  const listed = (await api.list()).find((one) => one.batch === batch.batch);
  expect(activities(listed?.failing)).toEqual(['finishClips']);

  await rm(batch.store);
  await rename(gone, batch.store);
  expect((await batch.wait()).summary.counts.succeeded).toBe(6);
  expect((await batch.status()).failing).toBeUndefined();
});

test('results that cannot be written are told too', async () => {
  const batch = await start('results', 'run:1000');
  await mkdir(join(batch.store, 'results.csv', 'x'), { recursive: true });
  const { state, failing } = await until(batch.status, (status) => status.failing !== undefined);
  expect(state).toBe('finishing');
  expect(failing).toMatchObject([{ activity: 'finalizeBatch' }]);
  expect(failing![0]!.cause).toContain('results.csv');
  await rm(join(batch.store, 'results.csv'), { recursive: true });
  await batch.wait();
});

test('an activity whose worker was lost, and that runs again, does not fail', async () => {
  const found = (pending: Pending[]) =>
    failingWorkOf(pending, ({ message }) => Promise.resolve(message ?? ''));
  const [SCHEDULED, STARTED] = [1, 2];
  const lost = { message: 'activity Heartbeat timeout', timeoutFailureInfo: {} };
  const one = (state: number, lastFailure: object | null, attempt = 2) =>
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- see failing-work.ts
    ({ activityType: { name: 'finishClips' }, state, lastFailure, attempt }) as Pending;
  expect(await found([one(STARTED, lost)])).toEqual([]);
  expect(await found([one(STARTED, null, 1)])).toEqual([]);
  expect(await found([one(SCHEDULED, lost)])).toHaveLength(1);
  const full = { message: 'ENOSPC' };
  expect(await found([one(SCHEDULED, full), one(STARTED, full, 4), one(STARTED, {}, 9)])).toEqual([
    { activity: 'finishClips', cause: 'no reason given', tries: 8 },
    { activity: 'finishClips', cause: 'ENOSPC', tries: 3 },
  ]);
});
