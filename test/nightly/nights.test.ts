// Nights on a real server: schedules whose batches a real worker opens, scores and reports.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import type { EndedBatch } from '../../client/index.js';
import { SCORE_BATCH_WORKFLOW, taskQueueOf } from '../../contract/names.js';
import { clips, readRows } from '../support/rig.js';
import { testServer } from '../support/temporal.js';
import { until } from '../support/until.js';
import { startNights } from './rig.js';

const nights = await startNights({ server: await testServer() });
const { rig, api, cwd, settings, manifest, schedule, trigger, night, request, submissions } =
  nights;
afterAll(() => nights.close());

test('the second night submits only the new and the changed clips', async () => {
  const library = clips(6, () => '').map((row) => ({ ...row, id: `night-${row.id}` }));
  const path = await manifest(library);
  const name = await schedule(path);
  const first = await night(name);
  expect(first.summary).toMatchObject({ submissions: 6, counts: { succeeded: 6, skipped: 0 } });

  const changed = library.map((row, n) => (n === 2 ? { ...row, prompt: 'Another prompt' } : row));
  const signed = changed.map((row) => ({
    ...row,
    file_link: `${row.file_link}?signature=tonight`,
  }));
  const added = { ...clips(1)[0]!, id: 'night-new' };
  await writeFile(path, stringify([...signed, added], { header: true }));
  const before = submissions();
  const second = await night(name);
  expect(second.summary).toMatchObject({ submissions: 2, counts: { total: 7, skipped: 5 } });
  expect(submissions() - before).toBe(2);
  const rows = await readRows(second.store);
  expect(rows.map(({ status }) => status)).toEqual([
    ...['skipped', 'skipped', 'succeeded', 'skipped', 'skipped', 'skipped', 'succeeded'],
  ]);
  expect(rows[0]).toMatchObject({ error_code: 'already_scored', attempts: 0 });
  // The pointer leads to the soundtrack of the night before.
  expect((await readFile(join(second.store, String(rows[0]?.output)))).length).toBeGreaterThan(100);
  expect(rows[0]?.error_message).toContain(first.batch);
});

test('a night that falls into a running one is skipped', async () => {
  const rows = clips(2, () => 'run:4000').map((row) => ({ ...row, id: `long-${row.id}` }));
  const name = await schedule(await manifest(rows));
  const running = await trigger(name);
  expect(await api.schedules.trigger(name)).toMatchObject({ how: 'skipped' });
  await rig.client.workflow.getHandle(running).result();
});

test('a night whose manifest is broken fails with its faults, and is listed with them', async () => {
  const path = join(cwd, 'missing.csv');
  const name = await schedule(path);
  const batch = await trigger(name);
  await expect(rig.client.workflow.getHandle(batch).result()).rejects.toMatchObject({
    cause: {
      type: 'manifest_unreadable',
      message: expect.stringContaining('missing.csv') as string,
    },
  });
  await expect(api.wait(batch)).rejects.toMatchObject({
    code: 'batch_stopped',
    message: expect.stringMatching(/before any clip was submitted: .*missing\.csv/) as string,
  });
  for (const ask of [() => api.results(batch), () => api.retry(batch)]) {
    await expect(ask()).rejects.toMatchObject({ code: 'batch_stopped' });
  }
  await writeFile(path, 'id,file_link,prompt\na,ftp://files.example/a.mp4,Pop\n');
  const faulty = await trigger(name);
  await expect(rig.client.workflow.getHandle(faulty).result()).rejects.toMatchObject({
    cause: { type: 'manifest_invalid', message: expect.stringContaining(':2: ') as string },
  });
  const { last } = await api.schedules.describe(name);
  const told = JSON.stringify(last);
  expect(told).toContain('there is no such file');
  expect(told).toContain('file_link is not an http');
  expect(await api.status(batch)).toMatchObject({
    ...{ state: 'stopped', reason: expect.stringContaining('there is no such file') as string },
  });
  expect((await api.list({ state: 'stopped' })).map((listed) => listed.batch)).toContain(faulty);
});

test('a budget that is reached in mid-batch leaves the rest skipped, and retry goes on', async () => {
  const rows = clips(30).map((row) => ({ ...row, id: `budget-${row.id}` }));
  const before = submissions();
  const started = await request({
    manifest: await manifest(rows),
    settings: { ...settings, budget: 0.6, pricePerClip: 0.05 },
  });
  expect(await started.result()).toMatchObject({
    submissions: 12,
    counts: { total: 30, succeeded: 12, skipped: 18 },
  });
  expect(submissions() - before).toBe(12);
  const results = await readRows(join(cwd, 'results', started.workflowId));
  expect(results.filter(({ error_code: code }) => code === 'budget_reached')).toHaveLength(18);

  const retried = await api.retry(started.workflowId);
  expect(retried.rows).toBe(18);
  const { summary } = await api.wait(started.workflowId);
  expect(summary.counts).toMatchObject({ succeeded: 30, skipped: 0 });
  expect(submissions() - before).toBe(30);
});

test('a cap holds while tasks fail and are submitted again', async () => {
  const rows = clips(8, () => 'fail*1').map((row) => ({ ...row, id: `cap-${row.id}` }));
  const before = submissions();
  const started = await request({
    manifest: await manifest(rows),
    settings: { ...settings, maxSubmissions: 10, retryBackoff: '50ms' },
  });
  const { counts } = (await started.result()) as EndedBatch['summary'];
  expect(submissions() - before).toBe(10);
  expect(counts.succeeded + counts.failed + counts.skipped).toBe(8);
  expect(counts.skipped).toBe(0); // all were paid for once
  expect(counts.failed).toBe(6);
});

test('clips in the request itself are scored, and the batch is found like any other', async () => {
  const [one] = clips(1);
  const started = await request({
    manifest: { name: 'inline', clips: [{ ...one, id: 'inline-1' }] },
  });
  expect(await started.result()).toMatchObject({ counts: { total: 1, succeeded: 1 } });
  const status = await api.status(started.workflowId);
  expect(status).toMatchObject({ name: 'inline', state: 'finished' });
  expect((await api.list({ name: 'inline' })).map(({ batch }) => batch)).toContain(
    started.workflowId,
  );
});

test('a worker reads no manifest from a private address that is not allowed', async () => {
  const seen: (string | undefined)[] = [];
  const [one] = clips(1);
  const server = createServer((incoming, answer) => {
    seen.push(incoming.headers.authorization);
    answer.end(stringify([{ ...one, id: 'from-url' }], { header: true }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  // The worker of the rig allows no such host.
  const started = await request({ manifest: `http://127.0.0.1:${port}/library.csv` });
  await expect(started.result()).rejects.toMatchObject({
    cause: { type: 'manifest_unreadable', message: expect.stringContaining('refused') as string },
  });
  expect(seen).toEqual([]);
});

test('a request of another version, or with settings that cannot be, is refused in words', async () => {
  const reasons = [
    [{ version: 2, manifest: 'x.csv' }, 'version: 2 is not known to this worker'],
    [{ manifest: 'x.csv', colour: 'red' }, 'colour'],
    [{ manifest: 'x.csv', settings: { rate: 'fast' } }, 'settings.rate: "fast" is not a number'],
    [{ manifest: 'x.csv', results: 'here' }, '"here" is neither an absolute path'],
  ] as const;
  for (const [of, reason] of reasons) {
    const started = await request(of);
    await expect(started.result()).rejects.toMatchObject({
      cause: { type: 'request_invalid', message: expect.stringContaining(reason) as string },
    });
  }
});

test.each([[[]], [[null]], [['library.csv']], [[{}]], [[{ version: 1, rows: 3 }]]])(
  'arguments that are no request, %j, are refused and leave no workflow behind',
  async (args) => {
    const handle = await rig.client.workflow.start(SCORE_BATCH_WORKFLOW, {
      workflowId: `r-${randomUUID()}`,
      taskQueue: taskQueueOf(rig.config.account),
      args,
    });
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'request_invalid' } });
  },
);

test('a pause that comes before the batch is opened holds it', async () => {
  const rows = clips(3).map((row) => ({ ...row, id: `early-${row.id}` }));
  const batch = `r-${randomUUID()}`;
  const manifestPath = await manifest(rows);
  const started = await rig.client.workflow.signalWithStart(SCORE_BATCH_WORKFLOW, {
    workflowId: batch,
    taskQueue: taskQueueOf(rig.config.account),
    args: [
      {
        version: 1,
        manifest: manifestPath,
        results: join(cwd, 'results'),
        settings,
      },
    ],
    signal: 'pause',
    signalArgs: ['not yet'],
  });
  await until(
    () => api.status(batch),
    ({ state }) => state === 'paused',
  );
  await started.signal('resume');
  expect(await started.result()).toMatchObject({ counts: { succeeded: 3 } });
});

test('retry asks about tasks that have ended meanwhile before it pays again', async () => {
  const rows = clips(5, () => 'run:1500,lost').map((row) => ({ ...row, id: `late-${row.id}` }));
  const before = submissions();
  const started = await request({ manifest: await manifest(rows) });
  await until(
    () => Promise.resolve(submissions() - before),
    (made) => made === 5,
  );
  await started.terminate('by accident');
  await until(
    () => Promise.resolve(rig.simulator.ledger().slice(before)),
    (tasks) => tasks.every(({ status }) => status === 3),
  );
  const retried = await api.retry(started.workflowId);
  expect(retried.rows).toBe(5);
  const { summary, store } = await api.wait(started.workflowId);
  expect(summary.counts.succeeded).toBe(5);
  expect(submissions() - before).toBe(5);
  expect((await readRows(store)).map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1, 1]);
});

test('a manifest of corrected rows alone keeps all others in the results', async () => {
  const link = 'http://simulator.localhost/clips/load';
  const row = (id: string, sim = '') => ({
    ...{ id, file_link: `${link}/${id}.mp4${sim}`, prompt: 'calm' },
  });
  const rows = ['e0', 'e1', 'e2'].map((id) => row(id, '?sim=fail'));
  const started = await request({ manifest: await manifest([...rows, row('e3'), row('e4')]) });
  expect(await started.result()).toMatchObject({ counts: { succeeded: 2, failed: 3 } });
  const batch = started.workflowId;
  const first = await readRows((await api.status(batch)).store ?? '');
  const before = submissions();
  const corrected = await manifest([row('e0'), row('e1')]);
  const retried = await api.retry(batch, { manifest: corrected });
  expect(retried).toMatchObject({ total: 5, rows: 3 });
  expect(retried.notes).toEqual([expect.stringMatching(/^3 of its 5 rows are not in the/)]);
  const { summary, store } = await api.wait(batch);
  expect(summary.counts).toMatchObject({ total: 5, succeeded: 4, failed: 1 });
  const after = await readRows(store);
  expect(after.map(({ id, status }) => `${id} ${status}`)).toEqual([
    ...['e0 succeeded', 'e1 succeeded', 'e2 failed', 'e3 succeeded', 'e4 succeeded'],
  ]);
  expect(after.slice(3)).toEqual(first.slice(3));
  const paidFor = rig.simulator.ledger().slice(before);
  expect(new Set(paidFor.map(({ fileLink }) => fileLink))).toEqual(
    new Set([row('e0'), row('e1'), rows[2]!].map(({ file_link }) => file_link)),
  );
});

test('a corrected manifest does its changed and unsuccessful rows, and keeps the others', async () => {
  const plain = clips(4).map(({ file_link }, n) => ({ file_link, prompt: `Corrected ${n}` }));
  const rows = plain.map((row, n) =>
    n === 1 ? { ...row, file_link: `${row.file_link}?sim=fail` } : row,
  );
  const path = await manifest(rows);
  const started = await request({ manifest: path });
  expect(await started.result()).toMatchObject({ counts: { succeeded: 3, failed: 1 } });
  const before = submissions();
  // A row before all others, one corrected, one with another prompt, two as they were.
  const [zero, one, two, three] = plain;
  const added = { file_link: zero!.file_link, prompt: 'Corrected, added' };
  const corrected = await manifest([
    added,
    zero!,
    one!,
    { ...two!, prompt: 'Corrected anew' },
    three!,
  ]);
  const retried = await api.retry(started.workflowId, { manifest: corrected });
  expect(retried).toMatchObject({ total: 5, rows: 3 });
  const { summary, store } = await api.wait(started.workflowId);
  expect(summary.counts).toMatchObject({ total: 5, succeeded: 5 });
  expect(submissions() - before).toBe(3);
  const results = await readRows(store);
  expect(results.map(({ prompt }) => prompt)).toEqual([
    ...['Corrected, added', 'Corrected 0', 'Corrected 1', 'Corrected anew', 'Corrected 3'],
  ]);
  expect(new Set(results.map(({ output }) => output)).size).toBe(5);
});
