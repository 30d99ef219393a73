// Accounts through the programmatic API, against a real server, worker and simulator.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { afterAll, expect, test } from 'vitest';
import { readBatchRecord } from '../../intake/batch-record.js';
import { Reelscore, type BatchHandle } from '../../client/index.js';
import { accountIdOf, ACCOUNT_WORKFLOW, taskQueueOf } from '../../contract/names.js';
import type { ResolvedConfig } from '../../config/config.js';
import { openLocalStore } from '../../store/local-store.js';
import { startWorker } from '../../workers/worker.js';
import { clips, startRig, TEST_OPTIONS } from '../support/rig.js';
import { testServer } from '../support/temporal.js';
import { until } from '../support/until.js';

const server = await testServer();
const cwd = await mkdtemp(join(tmpdir(), 'reelscore-account-'));
afterAll(() => rm(cwd, { recursive: true, force: true }));
const PACE = { ratePerSecond: 20, burst: 1, maxInFlight: 6 };

/** An account of its own, with its worker, simulator and API. */
async function ownAccount() {
  const rig = await startRig({ server, simulator: { taskMs: 100 } });
  afterAll(() => rig.close());
  const { pollIntervalMs = 0, callbackGraceMs = 0 } = TEST_OPTIONS;
  const base = { ...rig.config, pollIntervalMs, callbackGraceMs, probe: false };
  const connect = async (more: Partial<ResolvedConfig> = {}): Promise<Reelscore> => {
    const api = await Reelscore.connect({ config: { ...base, pace: PACE, ...more }, cwd });
    afterAll(() => api.close());
    return api;
  };
  return { rig, connect, api: await connect(), account: rig.config.account };
}

async function manifest(count: number): Promise<string> {
  const path = join(cwd, `m-${randomUUID()}.csv`);
  await writeFile(path, stringify(clips(count), { header: true }));
  return path;
}

const end = async ({ batch, wait }: BatchHandle, api: Reelscore): Promise<void> => {
  await api.cancel(batch);
  await wait();
};

test('an account that no batch uses has the limits of the configuration, and nothing to tune', async () => {
  const { api, account } = await ownAccount();
  expect(await api.account()).toEqual({ account, running: false, limits: PACE, batches: [] });
  const tuning = api.tune({ ratePerSecond: 5 });
  await expect(tuning).rejects.toMatchObject({ code: 'account_idle' });
  await expect(tuning).rejects.toThrow(/set rate, burst and maxInFlight in reelscore.yaml/);

  const handle = await api.start(await manifest(3));
  await handle.wait();
  // Its workflow goes on for a minute, and would give the next batch the limits of that batch.
  await until(
    () => api.account(),
    ({ running }) => !running,
  );
  await expect(api.tune({ burst: 2 })).rejects.toMatchObject({ code: 'account_idle' });
});

test('an account tells its limits, and what each batch has and uses of them', async () => {
  const { api, account, connect } = await ownAccount();
  const first = await api.start(await manifest(300));
  const other = await connect({ priority: 'urgent' });
  const second = await other.start(await manifest(300));
  const status = await until(
    () => api.account(),
    ({ batches }) => batches.every(({ slots }) => slots > 0) && batches.length === 2,
  );
  expect(status).toMatchObject({ account, running: true, workerAnswering: true, limits: PACE });
  expect(status.view?.state).toBe('open');
  const byId = new Map(status.batches.map((batch) => [batch.batch, batch]));
  expect(byId.get(first.batch)).toMatchObject({ priority: 'normal', own: { state: 'running' } });
  expect(byId.get(second.batch)).toMatchObject({ priority: 'urgent', own: { state: 'running' } });
  const shares = status.batches.map(({ rateShare }) => rateShare);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
  for (const { own } of status.batches) expect(own?.queued).toBeGreaterThan(0);

  expect((await first.status()).progress).toMatchObject({ shared: true, priority: 'normal' });
  const overview = await api.overview();
  expect(overview.accounts[0]).toMatchObject({ account, running: true });
  expect(overview.batches.find(({ batch }) => batch === second.batch)).toMatchObject({ account });
  for (const handle of [first, second]) await end(handle, api);
});

test('tune changes the limits of an account in use, and its batches follow', async () => {
  const { api, account } = await ownAccount();
  const handle = await api.start(await manifest(200));
  await until(
    () => api.account(),
    ({ batches }) => (batches[0]?.slots ?? 0) > 0,
  );
  const tuned = await api.tune({ ratePerSecond: 2, maxInFlight: 3 });
  const limits = { ratePerSecond: 2, burst: 1, maxInFlight: 3 };
  expect(tuned).toEqual({ account, before: PACE, limits });
  expect((await api.account()).limits).toEqual(limits);
  const { progress } = await until(handle.status, (now) => now.progress?.pace.ratePerSecond === 2);
  expect(progress?.pace).toEqual(limits);
  await end(handle, api);
});

test('limits that an account cannot have are refused, with the bounds', async () => {
  const { api } = await ownAccount();
  const handle = await api.start(await manifest(200));
  await until(
    () => api.account(),
    ({ running }) => running,
  );
  const tuning = api.tune({ ratePerSecond: 0, maxInFlight: 1.5 });
  await expect(tuning).rejects.toMatchObject({ code: 'tuning_refused' });
  await expect(tuning).rejects.toThrow(
    /rate: expected a number from 0.0001 to 1000; maxInFlight: expected a whole/,
  );
  await expect(api.tune({})).rejects.toThrow(/nothing to change/);
  expect((await api.account()).limits).toEqual(PACE);
  await end(handle, api);
});

test('an account without a worker says so, and is not tuned', async () => {
  const { rig, connect } = await ownAccount();
  const account = `silent-${randomUUID()}`.slice(0, 40);
  const silent = await connect({ account });
  const taskQueue = taskQueueOf(account);
  const workflow = await rig.client.workflow.start(ACCOUNT_WORKFLOW, {
    ...{ workflowId: accountIdOf(taskQueue), taskQueue },
    args: [{ version: 1 }],
  });
  expect(await silent.account()).toMatchObject({ running: true, workerAnswering: false });
  await expect(silent.tune({ burst: 2 })).rejects.toMatchObject({ code: 'worker_silent' });
  await workflow.terminate();
});

test('who joins an account in use with other limits is told how to change them', async () => {
  const { api, account, connect } = await ownAccount();
  const path = await manifest(200);
  const first = await api.start(path);
  await until(
    () => api.account(),
    ({ running }) => running,
  );
  const pace = { ratePerSecond: 5, burst: 4, maxInFlight: 6 };
  const asking = await connect({ pace, given: ['rate', 'maxInFlight'] });
  const note = `the account ${account} is in use with rate 20 (not 5); change it with: reelscore tune --rate 5`;
  const second = await asking.start(await manifest(3));
  expect(second.notes).toEqual([note]);
  expect((await asking.start(path)).notes).toEqual([note]);
  const content = await connect({ pace }); // which lets the defaults be
  expect((await content.start(path)).notes).toEqual([]);

  const urgent = await connect({ priority: 'urgent', maxFailures: { percent: 5 } });
  const [kept] = (await urgent.start(path)).notes;
  expect(kept).toContain('priority normal (not urgent), maxFailures none (not 5%)');
  await end(first, api);
  await second.wait();
});

test('a batch that was started with other limits says so before its account runs', async () => {
  const { connect } = await ownAccount();
  const idle = await connect({ account: `idle-${randomUUID()}`.slice(0, 40) });
  const { account } = idle.config;
  const path = await manifest(2);
  await idle.start(path);
  const asking = await connect({ account, pace: { ...PACE, ratePerSecond: 5 }, given: ['rate'] });
  const { notes } = await asking.start(path);
  expect(notes.join()).toMatch(/^it was started with rate 20 \(not 5\); .*tune --rate 5$/);
});

test('retry keeps to the priority and the failure limit that it is given', async () => {
  const { api, connect } = await ownAccount();
  const path = await manifest(100);
  const first = await api.start(path);
  await end(first, api);
  const urgent = await connect({ priority: 'urgent', maxFailures: { clips: 1 } });
  const { store } = await urgent.retry(first.batch);
  const record = await readBatchRecord(openLocalStore(store));
  expect(record).toMatchObject({ round: 2, options: { maxFailures: { clips: 1 } } });
  const { progress } = await until(first.status, (now) => now.progress !== undefined);
  expect(progress?.priority).toBe('urgent');
  await end(first, api);
});

test('a batch that was paused from its start can be cancelled', async () => {
  const { rig, connect } = await ownAccount();
  const account = `paused-${randomUUID()}`.slice(0, 40);
  const api = await connect({ account });
  const handle = await api.start(await manifest(5));
  await api.pause(handle.batch);
  const temporal = { connection: { address: server.address }, namespace: server.namespace };
  const worker = await startWorker({ config: { ...rig.config, account }, temporal });
  await until(
    () => api.account(),
    ({ batches }) => (batches[0]?.slots ?? 0) > 0,
  );
  await api.cancel(handle.batch);
  expect((await handle.wait()).summary.counts).toMatchObject({ total: 5, cancelled: 5 });
  await worker.stop();
});

test('a batch cannot be called like an account', async () => {
  const { api } = await ownAccount();
  const path = await manifest(1);
  const refused = api.start(path, { batch: 'reelscore-account-default' });
  await expect(refused).rejects.toMatchObject({ code: 'batch_id_invalid' });
  await expect(refused).rejects.toThrow(/ids that begin with reelscore-account- .*--batch/);
});

test('probing can run elsewhere than scoring; while nobody does it, the batch says so', async () => {
  const { rig, connect } = await ownAccount();
  const account = `split-${randomUUID()}`.slice(0, 40);
  const config = { ...rig.config, account };
  const temporal = { connection: { address: server.address }, namespace: server.namespace };
  const scoring = await startWorker({ config, temporal, serves: 'scoring' });
  const api = await connect({ account, probe: true });
  const handle = await api.start(await manifest(4));
  const stuck = await until(handle.status, ({ proberMissing }) => proberMissing === true);
  expect(stuck).toMatchObject({ state: 'running', workerAnswering: true });

  const { keys, ...tomoviee } = config.tomoviee;
  expect(keys).toBeDefined();
  const probing = await startWorker({
    config: { ...config, tomoviee },
    temporal,
    serves: 'probing',
  });
  expect((await handle.wait()).summary.counts.succeeded).toBe(4);
  await Promise.all([scoring.stop(), probing.stop()]);
});
