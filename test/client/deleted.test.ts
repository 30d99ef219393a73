// Batches of which something was deleted: run and retry never point at each other.
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { afterAll, expect, test } from 'vitest';
import { Reelscore } from '../../client/index.js';
import { SCORE_BATCH_WORKFLOW, taskQueueOf } from '../../contract/names.js';
import { clips, readRows, startRig, TEST_OPTIONS } from '../support/rig.js';
import { testServer } from '../support/temporal.js';

const server = await testServer();
const rig = await startRig({ server });
const cwd = await mkdtemp(join(tmpdir(), 'reelscore-deleted-'));
const { pollIntervalMs = 0, callbackGraceMs = 0 } = TEST_OPTIONS;
const config = {
  ...{ ...rig.config, pollIntervalMs, callbackGraceMs, probe: false },
  ...{ pace: { ratePerSecond: 200, burst: 20, maxInFlight: 100 }, ledgerDir: join(cwd, 'ledger') },
};
const api = await Reelscore.connect({ config, cwd });
afterAll(async () => {
  await api.close();
  await rig.close();
  await rm(cwd, { recursive: true, force: true });
});

async function manifest(fails = false): Promise<string> {
  const name = randomUUID();
  const rows = clips(3, (n) => (fails && n === 0 ? 'fail' : ''));
  const path = join(cwd, `${name}.csv`);
  await writeFile(
    path,
    stringify(
      rows.map((row) => ({ ...row, prompt: name })),
      { header: true },
    ),
  );
  return path;
}

const paid = (): number => rig.simulator.ledger().length;
const hidden = (path: string): string => join(path, '.reelscore');

test.each([
  ['its folder', (store: string) => rm(store, { recursive: true })],
  ['all of results/', () => rm(join(cwd, 'results'), { recursive: true })],
])('a batch whose results were deleted is scored anew by the same call: %s', async (_, remove) => {
  const path = await manifest();
  const first = await api.start(path);
  await first.wait();
  const stood = await api.status(first.batch);
  await remove(first.store);
  expect(await api.status(first.batch)).toEqual(stood);
  for (const ask of [() => api.retry(first.batch), () => api.results(first.batch)]) {
    await expect(ask()).rejects.toMatchObject({
      code: 'results_gone',
      message: expect.stringContaining('reelscore run MANIFEST') as string,
    });
  }
  const before = paid();
  const second = await api.start(path);
  expect(second).toMatchObject({ batch: first.batch, how: 'started', store: first.store });
  expect(second.notes[0]).toContain('it is scored anew');
  const { summary } = await second.wait();
  expect(summary).toMatchObject({ submissions: 3, counts: { total: 3, succeeded: 3 } });
  expect(paid() - before).toBe(3);
  expect((await api.start(path)).how).toBe('ended');
  expect(paid() - before).toBe(3);
});

test('one that was cancelled, or terminated, and deleted is started anew likewise', async () => {
  for (const end of ['cancel', 'terminate'] as const) {
    const path = await manifest();
    const first = await api.start(path);
    await rig.client.workflow.getHandle(first.batch)[end]();
    await first.wait().catch(() => undefined);
    await rm(first.store, { recursive: true, force: true });
    const second = await api.start(path);
    expect(second.how).toBe('started');
    expect((await second.wait()).summary.counts.succeeded).toBe(3);
  }
});

test('what other batches scored is not paid for again', async () => {
  const path = await manifest();
  const first = await api.start(path, { batch: `a-${randomUUID()}` });
  await first.wait();
  const other = await api.start(path, { batch: `b-${randomUUID()}`, again: true });
  await other.wait();
  await rm(first.store, { recursive: true });
  const before = paid();
  const { summary } = await (await api.start(path, { batch: first.batch })).wait();
  expect(summary.counts).toMatchObject({ skipped: 3 });
  expect(paid()).toBe(before);
});

test.each([false, true])(
  'deleted files are written again, and nothing is paid (failed clips: %s)',
  async (fails) => {
    const path = await manifest(fails);
    const first = await api.start(path);
    const { summary } = await first.wait();
    const rows = await readRows(first.store);
    for (const name of await readdir(first.store)) {
      if (name !== '.reelscore') await rm(join(first.store, name), { recursive: true });
    }
    const before = paid();
    const second = await api.start(path);
    expect(second).toMatchObject({
      how: 'ended',
      summary: { ...summary, finishedAt: expect.any(String) as string },
    });
    expect(second.notes).toEqual([
      'its results were missing and have been written again',
      expect.stringMatching(fails ? /^soundtracks of 2 of / : /^soundtracks of 3 of /),
    ]);
    expect(await readRows(first.store)).toEqual(rows);
    expect(paid()).toBe(before);
    const third = await api.start(path);
    expect(third).toMatchObject({ how: 'ended', notes: [] });
  },
);

test('one that was terminated when all was done is found to have ended', async () => {
  const path = await manifest();
  const first = await api.start(path);
  await first.wait();
  await rm(join(first.store, 'summary.json'));
  await rm(join(hidden(first.store), 'rounds'), { recursive: true });
  // As if it had been: Temporal has an end of it that is none.
  const batch = `t-${randomUUID()}`;
  const idle = await Reelscore.connect({
    config: { ...config, account: `idle-${batch.slice(2, 30)}` },
    cwd,
  });
  try {
    const other = await idle.start(path, { batch });
    await rig.client.workflow.getHandle(batch).terminate();
    await rm(other.store, { recursive: true });
    await rename(first.store, other.store);
    await expect(idle.retry(batch)).rejects.toMatchObject({ code: 'nothing_to_retry' });
    expect(await idle.start(path, { batch })).toMatchObject({
      ...{ how: 'ended', summary: { batch, submissions: 3, counts: { succeeded: 3 } } },
    });
  } finally {
    await idle.close();
  }
});

test('a folder that may lie elsewhere is not taken for a deleted one', async () => {
  const path = await manifest();
  const elsewhere = await mkdtemp(join(tmpdir(), 'reelscore-disk-'));
  const outDir = join(elsewhere, 'mounted', 'scored');
  await mkdir(outDir, { recursive: true });
  const onDisk = await Reelscore.connect({ config: { ...config, outDir }, cwd });
  try {
    const { batch, wait } = await onDisk.start(path);
    await wait();
    await rm(elsewhere, { recursive: true });
    const before = paid();
    await expect(onDisk.start(path)).rejects.toMatchObject({
      code: 'results_gone',
      message: expect.stringMatching(
        new RegExp(`^batch ${batch} has run, and its results are in ${outDir}.* --batch\\)$`),
      ) as string,
    });
    expect(paid()).toBe(before);
    await mkdir(join(elsewhere, 'mounted'), { recursive: true });
    expect((await onDisk.start(path)).how).toBe('started');
  } finally {
    await onDisk.close();
    await rm(elsewhere, { recursive: true, force: true });
  }
});

test('what another machine may have is not taken for deleted, on a server that others use', async () => {
  const path = await manifest();
  const env = { TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: server.namespace };
  const named = await Reelscore.connect({ config, cwd, env });
  try {
    const batch = `m-${randomUUID()}`;
    const store = join(cwd, 'results', batch);
    const memo = { name: 'm', store, total: 3, rows: 3, round: 1 };
    const began = await rig.client.workflow.start(SCORE_BATCH_WORKFLOW, {
      ...{ workflowId: batch, taskQueue: taskQueueOf(config.account), args: [] },
      memo: { ...memo, host: 'render-7' },
    });
    await began.terminate();
    await expect(named.start(path, { batch })).rejects.toMatchObject({
      code: 'results_gone',
      message: expect.stringContaining(`${store} on render-7, not here`) as string,
    });
    const own = await named.start(path);
    await own.wait();
    await rm(own.store, { recursive: true });
    expect((await named.start(path)).how).toBe('started');
  } finally {
    await named.close();
  }
});

test('the memo names the machine', async () => {
  const { batch } = await api.start(await manifest());
  const { memo } = await rig.client.workflow.getHandle(batch).describe();
  expect(memo).toMatchObject({ host: hostname() });
});
