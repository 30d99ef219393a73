// What receivers are told of whole batches, over real HTTP and with signatures that verify.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import type { BatchProgress } from '../../contract/batch.js';
import { PAUSE_SIGNAL, PROGRESS_QUERY, RESUME_SIGNAL } from '../../contract/names.js';
import { serve } from '../net/servers.js';
import { newSecret, receiver, type Received } from '../notifications/support.js';
import { clips } from '../support/rig.js';
import { testServer } from '../support/temporal.js';
import { until } from '../support/until.js';
import { startNights, type Nights } from './rig.js';

const secret = newSecret();
const server = await testServer();
const UI = 'https://temporal.example';
const ENV = { REELSCORE_WEBHOOK_SECRET: secret, REELSCORE_ALLOW_HOSTS: '127.0.0.1' };
const nights = await startNights({ server, env: ENV, ui: UI });
afterAll(() => nights.close());
const account = nights.rig.config.account;

interface Told {
  type: string;
  timestamp: string;
  data: { batch: string; reason?: string; counts?: object } & Record<string, unknown>;
}

/** What a receiver has been told, once it is so much; the signature of each is checked. */
async function told(received: Received[], count: number): Promise<Told[]> {
  await until(
    () => Promise.resolve(received.length),
    (length) => length >= count,
  );
  const webhook = new Webhook(secret);
  return received.map(({ body, headers }) => webhook.verify(body, headers) as Told);
}

/** What is told of every batch. */
const of = (batch: string, state: string) => ({
  ...{ batch, account, state },
  url: `${UI}/namespaces/default/workflows/${encodeURIComponent(batch)}`,
});
const none = { succeeded: 0, failed: 0, rejected: 0, cancelled: 0, skipped: 0 };

/** Rows of clips that no other batch has scored. */
const rows = (count: number, faults?: (n: number) => string) =>
  clips(count, faults).map((row) => ({ ...row, id: `${randomUUID()}-${row.id}` }));

test('a night that finishes is told with its counts, where its results lie, and its page', async () => {
  const { received, url } = await receiver(() => 200);
  const path = await nights.manifest(rows(4, (n) => (n === 1 ? 'http:400' : '')));
  const name = await nights.schedule(path, { settings: { notify: url } });
  const { batch, store } = await nights.night(name);
  const [finished, ...more] = await told(received, 1);
  expect(more).toEqual([]);
  expect(finished).toMatchObject({ type: 'batch.finished' });
  expect(finished?.data).toEqual({
    ...of(batch, 'finished'),
    name: expect.stringMatching(/^m-/) as string,
    counts: { ...none, total: 4, succeeded: 3, rejected: 1 },
    submissions: 3,
    results: store,
  });
});

test('a pause is told once, with its reason, and then the end', async () => {
  const { received, url } = await receiver(() => 200);
  const manifest = await nights.manifest(rows(30));
  const settings = { ...nights.settings, notify: url };
  const started = await nights.request({ manifest, settings });
  await started.signal(PAUSE_SIGNAL, 'the archive is being moved');
  const [paused] = await told(received, 1);
  expect(paused).toMatchObject({
    type: 'batch.paused',
    data: {
      ...of(started.workflowId, 'paused'),
      ...{ reason: 'the archive is being moved', counts: { total: 30 } },
    },
  });
  await started.signal(RESUME_SIGNAL);
  await started.result();
  const types = (await told(received, 2)).map(({ type }) => type);
  expect(types).toEqual(['batch.paused', 'batch.finished']);
});

test('batches that the vendor denies are each told as paused, with the refusal', async () => {
  const own = await startNights({ server, env: ENV });
  onTestFinished(() => own.close());
  const receivers = [await receiver(() => 200), await receiver(() => 200)];
  own.rig.simulator.setKeysRevoked(true);
  const started = await Promise.all(
    receivers.map(async ({ url: notify }) =>
      own.request({
        manifest: await own.manifest(rows(5)),
        settings: { ...own.settings, notify },
      }),
    ),
  );
  for (const [n, { received }] of receivers.entries()) {
    const [paused] = await told(received, 1);
    const { workflowId: batch } = started[n]!;
    expect(paused).toMatchObject({ type: 'batch.paused', data: { batch, state: 'paused' } });
    expect(paused?.data.reason).toContain('401');
  }
  own.rig.simulator.setKeysRevoked(false);
  await started[0]!.signal(RESUME_SIGNAL); // the account, and so both
  for (const [n, { received }] of receivers.entries()) {
    await started[n]!.result();
    await until(
      () => told(received, 2),
      (all) => all.at(-1)?.type === 'batch.finished',
    );
  }
});

test('too many failures pause a batch, which is told with the commonest; then that it was cancelled', async () => {
  const { received, url } = await receiver(() => 200);
  const started = await nights.request({
    manifest: await nights.manifest(rows(40, () => 'fail*9')),
    settings: { ...nights.settings, notify: url, maxFailures: 3, rate: 5 },
  });
  const [paused] = await told(received, 1);
  expect(paused?.data.reason).toMatch(/^\d+ of \d+ clips failed \(\d+ x 680001/);
  await started.cancel();
  await expect(started.result()).rejects.toThrow();
  const [, cancelled] = await told(received, 2);
  expect(cancelled).toMatchObject({
    type: 'batch.cancelled',
    data: {
      ...of(started.workflowId, 'cancelled'),
      results: join(nights.cwd, 'results', started.workflowId),
    },
  });
  const progress = await started.query<BatchProgress>(PROGRESS_QUERY);
  for (const counts of [cancelled!.data.counts, progress.counts] as Record<string, number>[]) {
    const { total, ...others } = counts;
    expect(Object.values(others).reduce((sum, count) => sum + count, 0)).toBe(total);
  }
});

test('a night whose manifest is missing is told as failed, with the fault', async () => {
  const { received, url } = await receiver(() => 200);
  const missing = join(nights.cwd, 'not-there.csv');
  const name = await nights.schedule(missing, { settings: { notify: url } });
  const batch = await nights.trigger(name);
  await expect(nights.api.wait(batch)).rejects.toMatchObject({ code: 'batch_stopped' });
  const [failed] = await told(received, 1);
  expect(failed).toMatchObject({ type: 'batch.failed' });
  expect(failed?.data).toEqual({
    ...of(batch, 'stopped'),
    reason: expect.stringContaining('not-there.csv: there is no such file') as string,
  });
});

/** Nights of a worker that is configured to tell someone of all its batches. */
async function watched(): Promise<Nights & { received: Received[] }> {
  const { received, url } = await receiver(() => 200);
  const own = await startNights({ server, env: { ...ENV, REELSCORE_NOTIFY: url } });
  onTestFinished(() => own.close());
  return { ...own, received };
}

test('a batch that was retried is told as a whole', async () => {
  const { received, request, api, manifest } = await watched();
  const started = await request({ manifest: await manifest(rows(4, (n) => (n ? '' : 'fail*2'))) });
  expect(await started.result()).toMatchObject({ counts: { succeeded: 3, failed: 1 } });
  await api.retry(started.workflowId);
  const { summary } = await api.wait(started.workflowId);
  const [first, second] = await told(received, 2);
  expect(first?.data.counts).toEqual({ ...none, total: 4, succeeded: 3, failed: 1 });
  expect(second?.data).toMatchObject({
    ...{ counts: { ...none, total: 4, succeeded: 4 }, submissions: summary.submissions },
  });
});

test("the worker's own receiver is told of what could not be opened, unless the batch has one", async () => {
  const { received, request, settings } = await watched();
  const own = await receiver(() => 200);
  const manifest = join(nights.cwd, 'not-there.csv');
  const elsewhere = await request({ manifest, settings: { ...settings, notify: own.url } });
  const unread = await request({ manifest });
  const noUrl = await request({ manifest, settings: { ...settings, notify: 'no-url' } });
  const newer = await request({ version: 2, manifest, settings: 'of another form' });
  for (const started of [elsewhere, unread, noUrl, newer]) {
    await expect(started.result()).rejects.toThrow();
  }
  const failed = await told(received, 3);
  const reasons = new Map(failed.map(({ data }) => [data.batch, data.reason]));
  expect(reasons.get(unread.workflowId)).toContain('there is no such file');
  expect(reasons.get(noUrl.workflowId)).toContain('settings.notify: it is not an http(s) URL');
  expect(reasons.get(newer.workflowId)).toContain('version: 2 is not known');
  const [there] = await told(own.received, 1);
  expect(there).toMatchObject({ type: 'batch.failed', data: { batch: elsewhere.workflowId } });
  expect(received).toHaveLength(3);
});

test('a batch that is cancelled while its manifest is being read is told as cancelled', async () => {
  const { received, request } = await watched();
  const silent = await serve(() => undefined); // it never answers
  const started = await request({ manifest: `${silent.origin}/library.csv` });
  await until(
    () => Promise.resolve(silent.seen.length),
    (asked) => asked > 0,
  );
  await started.cancel();
  await expect(started.result()).rejects.toThrow();
  const [cancelled] = await told(received, 1);
  expect(cancelled).toMatchObject({
    type: 'batch.cancelled',
    data: { batch: started.workflowId, state: 'cancelled' },
  });
});
