// What was spent is what the vendor counts, by whatever it is grouped.
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterAll, expect, test } from 'vitest';
import { Reelscore } from '../../client/index.js';
import { paymentsOf } from '../../outcomes/payments.js';
import { writeSegment } from '../../outcomes/segments.js';
import { SubmissionJournal } from '../../activities/submission-journal.js';
import { startNights } from '../nightly/rig.js';
import { frozen, manifestOf, succeeded } from '../outcomes/support.js';
import { clips } from '../support/rig.js';
import { ownServer } from '../support/temporal.js';

// What is spent is told of all batches that a server knows.
const server = await ownServer();
const nights = await startNights({ server });
const { address, namespace } = server;
const api = await Reelscore.connect({
  config: { ...nights.api.config, pricePerClip: { amount: 0.07, currency: 'EUR' } },
  env: { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace },
  cwd: nights.cwd,
});
afterAll(async () => {
  await api.close();
  await nights.close();
});

const library = (campaign: string, count: number) =>
  clips(count, (n) => (n === 0 ? 'fail*3' : '')).map((row) => ({
    ...{ ...row, id: randomUUID(), campaign },
    file_link: `${row.file_link}${row.file_link.includes('?') ? '&' : '?'}of=${campaign}`,
  }));

test('batches, retries and resubmissions are counted, and what was deleted too', async () => {
  const autumn = await api.start(await nights.manifest(library('autumn', 5)));
  const winter = await api.start(await nights.manifest(library('winter', 3)));
  await Promise.all([autumn.wait(), winter.wait()]);
  await api.retry(autumn.batch);
  await api.wait(autumn.batch);
  const [paidAutumn, paidWinter] = [autumn, winter].map(({ batch }) => nights.paid(batch).length);
  // A task that failed is submitted again; so is its clip by the retry.
  expect([paidAutumn, paidWinter]).toEqual([4 + 2 + 2, 2 + 2]);
  const all = nights.submissions();
  const month = new Date().toISOString().slice(0, 7);

  const spend = await api.spend({ month });
  expect(spend).toEqual({
    ...{ by: 'batch', month, undated: 0 },
    groups: [
      {
        ...{ value: autumn.batch, submissions: 8, unclear: 0 },
        cost: { amount: 0.56, currency: 'EUR', pricePerClip: 0.07 },
      },
      {
        ...{ value: winter.batch, submissions: 4, unclear: 0 },
        cost: { amount: 0.28, currency: 'EUR', pricePerClip: 0.07 },
      },
    ],
    total: {
      ...{ submissions: all, unclear: 0 },
      cost: { amount: 0.84, currency: 'EUR', pricePerClip: 0.07 },
    },
  });
  const groups = async (by: string, more = {}) =>
    (await api.spend({ by, ...more })).groups.map(({ value, submissions }) => [value, submissions]);
  expect(await groups('campaign')).toEqual([
    ['autumn', 8],
    ['winter', 4],
  ]);
  expect(await groups('month')).toEqual([[month, 12]]);
  expect(await groups('account')).toEqual([[nights.rig.config.account, 12]]);
  expect(await groups('no such column')).toEqual([['', 12]]);
  expect(await groups('batch', { month: '2001-01' })).toEqual([]);
  expect(await groups('batch', { simulated: true })).toEqual([]);
  const bare = await nights.api.spend();
  expect(bare.total).toEqual({ submissions: 12, unclear: 0 });

  // Of a batch whose folder is gone the ledger knows what it brought.
  await rm(winter.store, { recursive: true });
  expect(await groups('batch')).toEqual([
    [autumn.batch, 8],
    [winter.batch, 2],
  ]);
});

test('a lost answer is unclear, until a task of it turns up', async () => {
  const { store } = await frozen(manifestOf(3));
  const journal = new SubmissionJournal(store, 'w');
  const post = (row: number) => ({ round: 1, row, attempt: 1, run: 'r', activityTry: 1 });
  for (const row of [0, 1, 2]) await journal.begin(post(row));
  await journal.end(post(0), { kind: 'accepted', taskId: 'task-0', callback: true });
  await journal.end(post(2), { kind: 'lost' });
  const told = async () =>
    (await paymentsOf(store)).map(({ row, taskId, at }) => [row, taskId, typeof at]);
  expect(await told()).toEqual([
    [0, 'task-0', 'number'],
    [1, undefined, 'number'],
    [2, undefined, 'number'],
  ]);
  await writeSegment(store, 1, '00001', [succeeded(0), succeeded(2)]);
  expect(await told()).toEqual([
    [0, 'task-0', 'number'],
    [2, 'task-2', 'number'],
    [1, undefined, 'number'],
  ]);
  const late = { ...post(1), activityTry: 2 };
  await journal.begin(late);
  await journal.end(late, { kind: 'late' });
  expect((await told()).length).toBe(3);
});
