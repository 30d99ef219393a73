// The programmatic API against a real server, worker and simulator.
import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { afterAll, expect, test } from 'vitest';
import { Reelscore, type BatchProgress, type ResultRow } from '../../client/index.js';
import type { ResolvedConfig } from '../../config/config.js';
import { clips, startRig, TEST_OPTIONS, type ManifestRow } from '../support/rig.js';
import { testServer } from '../support/temporal.js';
import { until } from '../support/until.js';

const rig = await startRig({ server: await testServer() });
const cwd = await mkdtemp(join(tmpdir(), 'reelscore-client-'));
const clients: Reelscore[] = [];
afterAll(async () => {
  for (const client of clients) await client.close();
  await rig.close();
  await rm(cwd, { recursive: true, force: true });
});

async function connect(changes: Partial<ResolvedConfig> = {}): Promise<Reelscore> {
  const pace = { ratePerSecond: 200, burst: 20, maxInFlight: 100 };
  const retries = { ...rig.config.retries, retryBackoffMs: 100 };
  const { pollIntervalMs = 0, callbackGraceMs = 0 } = TEST_OPTIONS;
  const fast = { pace, retries, pollIntervalMs, callbackGraceMs, probe: false };
  const config = { ...rig.config, ...fast, ...changes };
  const client = await Reelscore.connect({ config, cwd });
  clients.push(client);
  return client;
}

const api = await connect();
/** No worker polls for this account. */
const idle = await connect({ account: `idle-${randomUUID()}` });

async function manifest(rows: ManifestRow[], name = `m-${randomUUID()}`): Promise<string> {
  const path = join(cwd, `${name}.csv`);
  // Music that no other manifest wants, or the ledger would know the clips.
  const own = rows.map((row) => ({ ...row, prompt: `${row.prompt}, ${name}` }));
  await writeFile(path, stringify(own, { header: true }));
  return path;
}

async function all(rows: AsyncIterable<ResultRow>): Promise<ResultRow[]> {
  const list: ResultRow[] = [];
  for await (const row of rows) list.push(row);
  return list;
}

test('a manifest is started once: running it again attaches, and later shows how it ended', async () => {
  const path = await manifest(clips(30));
  const slow = await connect({ pace: { ratePerSecond: 20, burst: 1, maxInFlight: 100 } });
  const first = await slow.start(path);
  const asking = await connect({ given: ['rate'] });
  const second = await asking.start(path);
  expect([first.how, second.how]).toEqual(['started', 'attached']);
  expect(second.batch).toBe(first.batch);
  expect(second.notes.join()).toContain('rate 20 (not 200)');

  const seen: BatchProgress[] = [];
  const ended = await second.wait({ onProgress: (progress) => progress && seen.push(progress) });
  expect(seen.map(({ counts }) => counts.total)).toContain(30);
  expect(ended).toMatchObject({ state: 'finished', summary: { counts: { succeeded: 30 } } });

  const third = await api.start(path);
  expect(third).toMatchObject({ how: 'ended', summary: ended.summary });
  expect(rig.simulator.ledger()).toHaveLength(30);
});

test('results can be read while the batch runs; what has no outcome is pending', async () => {
  const slow = await connect({ pace: { ratePerSecond: 1, burst: 1, maxInFlight: 100 } });
  const handle = await slow.start(await manifest(clips(12)));
  while ((await handle.status()).counts.succeeded === 0);
  await slow.pause(handle.batch);
  const rows = await all(await handle.results());
  const statuses = new Set(rows.map(({ status }) => status));
  expect(rows.map(({ id }) => id)).toEqual(clips(12).map(({ id }) => id));
  expect(statuses).toEqual(new Set(['succeeded', 'pending']));
  await slow.tune({ ratePerSecond: 200 });
  await slow.resume(handle.batch);
  await handle.wait();
  expect(await all(await handle.results({ status: 'pending' }))).toEqual([]);
});

test('retry runs only what did not succeed, as another round', async () => {
  // One resubmission is allowed after a failed task, so that the third POST is the next round's.
  const path = await manifest(clips(6, (n) => (n % 3 === 0 ? 'fail*2' : '')));
  const { batch, wait } = await api.start(path);
  expect((await wait()).summary.counts).toMatchObject({ succeeded: 4, failed: 2 });

  expect(await api.retry(batch)).toMatchObject({ rows: 2, total: 6, round: 2 });
  const { summary } = await api.wait(batch);
  expect(summary.counts).toMatchObject({ total: 6, succeeded: 6, failed: 0 });
  expect(summary.submissions).toBe(6 + 2 + 2);
  await expect(api.retry(batch)).rejects.toMatchObject({ code: 'nothing_to_retry' });
});

test('rows left out with skipInvalid are rejected, and not retried', async () => {
  const path = await manifest([...clips(2), { id: 'bad', file_link: 'nowhere', prompt: 'x' }]);
  const { batch, wait } = await api.start(path, { skipInvalid: true });
  expect((await wait()).summary.counts).toMatchObject({ total: 3, succeeded: 2, rejected: 1 });
  await expect(api.retry(batch)).rejects.toMatchObject({ code: 'nothing_to_retry' });
});

test('a batch that runs is not retried', async () => {
  const { batch } = await idle.start(await manifest(clips(2)));
  await expect(idle.retry(batch)).rejects.toMatchObject({ code: 'batch_running' });
});

test('a terminated batch says so, and retry does the open rows only', async () => {
  // Two at once, and long until the last: also on a busy machine it is terminated in its middle.
  const slow = await connect({ pace: { ratePerSecond: 0.5, burst: 2, maxInFlight: 100 } });
  const path = await manifest(clips(10));
  const { batch, status } = await slow.start(path);
  while ((await status()).counts.succeeded < 2);
  await rig.client.workflow.getHandle(batch).terminate();
  await expect(slow.start(path)).rejects.toMatchObject({ code: 'batch_stopped' });
  await expect(slow.wait(batch)).rejects.toThrow(`reelscore retry ${batch}`);
  const { state, counts } = await status();
  expect(state).toBe('stopped');

  const { rows } = await api.retry(batch);
  expect(rows).toBe(10 - counts.succeeded);
  expect((await api.wait(batch)).summary.counts.succeeded).toBe(10);
});

test('pause, resume and cancel reach the batch; one that has ended refuses them', async () => {
  const slow = await connect({ pace: { ratePerSecond: 3, burst: 1, maxInFlight: 100 } });
  const { batch, status, wait } = await slow.start(await manifest(clips(10)));
  await until(status, ({ progress }) => progress?.state === 'running'); // it is opened first
  await slow.pause(batch, 'lunch');
  expect(await status()).toMatchObject({ state: 'paused', progress: { pauseReason: 'lunch' } });
  await slow.resume(batch);
  expect(await status()).toMatchObject({ state: 'running' });
  await slow.cancel(batch);
  const ended = await wait();
  expect(ended.state).toBe('cancelled');
  expect(ended.summary.counts.cancelled).toBeGreaterThan(0);
  const rows = await all(await slow.results(batch));
  expect(rows.filter((row) => row.status === 'pending')).toEqual([]);
  for (const act of ['pause', 'resume', 'cancel'] as const) {
    await expect(slow[act](batch)).rejects.toMatchObject({ code: 'batch_ended' });
  }
});

test('without a worker the status comes from Temporal and the store', async () => {
  const { batch } = await idle.start(await manifest(clips(3)));
  const status = await idle.status(batch);
  expect(status).toMatchObject({ state: 'running', workerAnswering: false, counts: { total: 3 } });
  const listed = await idle.list();
  expect(listed.find((entry) => entry.batch === batch)).toMatchObject({ workerAnswering: false });
});

test('waiting can be given up without touching the batch', async () => {
  const { batch, wait } = await idle.start(await manifest(clips(2)));
  const reason = new Error('enough');
  await expect(wait({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect((await idle.status(batch)).state).toBe('running');
});

test('a batch id stands for one content and one account', async () => {
  const path = await manifest(clips(2));
  const batch = `fixed-${randomUUID()}`;
  await idle.start(path, { batch });
  await expect(api.start(path, { batch })).rejects.toMatchObject({ code: 'batch_mismatch' });
  await appendFile(path, 'more,http://simulator.localhost/clips/load/9.mp4,Calm\n');
  await expect(idle.start(path, { batch })).rejects.toMatchObject({ code: 'batch_mismatch' });
});

test('a folder holds one batch', async () => {
  const outDir = join(cwd, 'shared');
  const path = await manifest(clips(2));
  const here = await connect({ account: idle.config.account, outDir });
  await here.start(path, { batch: `one-${randomUUID()}` });
  const other = here.start(path, { batch: `two-${randomUUID()}` });
  await expect(other).rejects.toMatchObject({ code: 'store_taken' });
});

test('a batch that Temporal has lost is not paid for again by starting it', async () => {
  const path = await manifest(clips(4));
  const first = await api.start(path, { batch: `known-${randomUUID()}` });
  await first.wait();
  await rm(join(first.store, 'summary.json'));
  // The same folder under an id that Temporal does not know.
  const batch = `lost-${randomUUID()}`;
  const store = join(cwd, 'results', batch);
  await rename(first.store, store);
  const record = join(store, '.reelscore', 'batch.json');
  await writeFile(record, (await readFile(record, 'utf8')).replaceAll(first.batch, batch));
  const paid = rig.simulator.ledger().length;
  expect(await api.start(path, { batch })).toMatchObject({
    ...{ how: 'ended', summary: { batch, submissions: 4, counts: { total: 4, succeeded: 4 } } },
  });
  await expect(api.retry(batch)).rejects.toMatchObject({ code: 'nothing_to_retry' });
  expect(rig.simulator.ledger()).toHaveLength(paid);
});

test("a batch of another home's server is refused for as long as that home is there", async () => {
  const otherHome = join(cwd, 'other-home');
  const batch = `elsewhere-${randomUUID()}`;
  const folder = join(cwd, 'results', batch, '.reelscore');
  await mkdir(folder, { recursive: true });
  const record = { version: 1, batch, account: idle.config.account, round: 1, options: {} };
  await writeFile(join(folder, 'batch.json'), JSON.stringify({ ...record, home: otherHome }));
  await mkdir(otherHome);
  await writeFile(join(otherHome, 'temporal.db'), '');
  const path = await manifest(clips(2));
  await expect(idle.start(path, { batch })).rejects.toThrow(`REELSCORE_HOME=${otherHome}`);
  await expect(idle.retry(batch)).rejects.toMatchObject({ code: 'batch_mismatch' });
  await rm(otherHome, { recursive: true });
  expect((await idle.start(path, { batch })).how).toBe('started');
});

test('faulty manifests and ids are refused before anything is written', async () => {
  const path = await manifest([{ id: 'a', file_link: 'nowhere', prompt: 'x' }]);
  await expect(api.start(path)).rejects.toMatchObject({
    code: 'manifest_invalid',
    report: { problemCount: 1 },
  });
  const good = await manifest(clips(1));
  for (const batch of ['../up', 'a/b', '', 'a b']) {
    await expect(api.start(good, { batch })).rejects.toMatchObject({ code: 'batch_id_invalid' });
  }
});

test('unknown batches are told apart from ended ones', async () => {
  for (const ask of ['status', 'results', 'retry', 'pause', 'wait', 'isSimulated'] as const) {
    await expect(api[ask]('no-such-batch')).rejects.toMatchObject({ code: 'batch_not_found' });
  }
});

test('a server that does not answer is told by its address', async () => {
  const connecting = Reelscore.connect({
    config: rig.config,
    env: { TEMPORAL_ADDRESS: '127.0.0.1:1' },
  });
  await expect(connecting).rejects.toMatchObject({
    code: 'temporal_unreachable',
    message: expect.stringContaining('127.0.0.1:1') as string,
  });
});
