// Several batches on one account: real server, worker, receiver and simulator; counted at the vendor.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, expect, test } from 'vitest';
import type { AccountInput, AccountView, MemberReport } from '../../../contract/account.js';
import {
  accountIdOf,
  ACCOUNT_QUERY,
  ACCOUNT_WORKFLOW,
  EVICT_UPDATE,
  REPORT_SIGNAL,
  RESUME_SIGNAL,
  taskQueueOf,
  TUNE_UPDATE,
} from '../../../contract/names.js';
import { momentsGiven } from '../../support/moments-given.js';
import { clips, startRig, type Rig } from '../../support/rig.js';
import { testServer } from '../../support/temporal.js';
import { batchUntil, until } from '../../support/until.js';

const server = await testServer();
const rigs: Rig[] = [];
afterAll(() => Promise.all(rigs.map((rig) => rig.close())));

/** A rig, and so an account, of the test's own. */
async function ownRig(simulator: Parameters<typeof startRig>[0]['simulator'] = {}): Promise<Rig> {
  const rig = await startRig({ server, simulator });
  rigs.push(rig);
  return rig;
}

const accountOf = (rig: Rig) =>
  rig.client.workflow.getHandle(accountIdOf(taskQueueOf(rig.config.account)));

/** What the account says once the first batch has started it. */
async function viewOf(rig: Rig): Promise<AccountView> {
  for (;;) {
    try {
      return await accountOf(rig).query<AccountView>(ACCOUNT_QUERY);
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      await sleep(50);
    }
  }
}

test('an urgent batch gets its turn at once, a library behind it is not starved', async () => {
  const rig = await ownRig();
  const pace = { ratePerSecond: 10, burst: 1, maxInFlight: 50 };
  const library = await rig.start(clips(400), { pace });
  await batchUntil(library, ({ submissions }) => submissions >= 20);
  const urgent = await rig.start(clips(60), { pace, priority: 'urgent' });
  await urgent.result();
  expect((await library.progress()).queued).toBeGreaterThan(50); // it did not wait for the end
  await library.handle.terminate();
  const moments = await momentsGiven(rig.client, [library.batch, urgent.batch]);
  const [first, last] = [
    moments.findIndex(({ batch }) => batch === urgent.batch),
    moments.findLastIndex(({ batch }) => batch === urgent.batch),
  ];
  const meanwhile = moments.slice(first, last).filter(({ batch }) => batch === library.batch);
  expect(meanwhile.length).toBeGreaterThanOrEqual(3);
  // Its share is a third of the other's, and what that left at both ends; without priorities it is as much.
  expect(meanwhile.length).toBeLessThanOrEqual(50);
});

test('batches together never have more tasks at the vendor than the account allows', async () => {
  const rig = await ownRig({ taskMs: [200, 900], maxInFlight: 8 });
  const pace = { ratePerSecond: 200, burst: 20, maxInFlight: 8 };
  const batches = await Promise.all(
    (['urgent', 'normal', 'background'] as const).map((priority) =>
      rig.start(clips(30), { pace, priority }),
    ),
  );
  for (const batch of batches) expect((await batch.result()).counts.succeeded).toBe(30);
  // The simulator itself refuses a ninth task.
  const { refused, accepted } = rig.simulator.stats().submissions;
  expect({ refused, accepted }).toEqual({ refused: {}, accepted: 90 });
});

test('tuning reaches every batch, and refuses what makes no sense', async () => {
  const rig = await ownRig();
  const pace = { ratePerSecond: 0.2, burst: 1, maxInFlight: 4 };
  const batches = [await rig.start(clips(20), { pace }), await rig.start(clips(20), { pace })];
  await until(
    () => viewOf(rig),
    ({ members }) => members.length === 2,
  );
  await expect(
    accountOf(rig).executeUpdate(TUNE_UPDATE, { args: [{ ratePerSecond: 0 }] }),
  ).rejects.toThrow();
  await accountOf(rig).executeUpdate(TUNE_UPDATE, {
    args: [{ ratePerSecond: 100, maxInFlight: 40 }],
  });
  for (const batch of batches) expect((await batch.result()).counts.succeeded).toBe(20);
});

test('denied: every batch of the account waits, and one resume starts them all', async () => {
  const rig = await ownRig();
  const pace = { ratePerSecond: 10, burst: 1, maxInFlight: 50 };
  const a = await rig.start(clips(15), { pace });
  const b = await rig.start(clips(15), { pace });
  await until(
    () => viewOf(rig),
    ({ members }) => members.length === 2,
  );
  rig.simulator.setKeysRevoked(true);
  for (const batch of [a, b]) {
    const paused = await batchUntil(batch, ({ state }) => state === 'paused');
    expect(paused).toMatchObject({ accountPaused: true });
    expect(paused.pauseReason).toContain('401');
  }
  expect(await viewOf(rig)).toMatchObject({ state: 'paused' });
  for (const batch of [a, b]) await batchUntil(batch, ({ submitting }) => submitting === 0);
  const { length: arrived } = rig.simulator.arrivals();
  expect(arrived).toBeLessThanOrEqual(30); // they do not go on trying
  await sleep(700);
  expect(rig.simulator.arrivals()).toHaveLength(arrived);

  rig.simulator.setKeysRevoked(false);
  await b.handle.signal(RESUME_SIGNAL);
  for (const batch of [a, b]) expect((await batch.result()).counts.succeeded).toBe(15);
});

test('a storm of 429 slows all batches; every clip is scored and none fails for it', async () => {
  const rig = await ownRig({ ratePerSecond: 8, burst: 1 });
  const pace = { ratePerSecond: 40, burst: 5, maxInFlight: 50 };
  const a = await rig.start(clips(40), { pace });
  const b = await rig.start(clips(40), { pace });
  await until(
    () => viewOf(rig),
    ({ state, reason = '' }) => state === 'slowed' && reason.includes('429'),
  );
  for (const batch of [a, b]) expect((await batch.result()).counts.succeeded).toBe(40);
  const { refused, accepted } = rig.simulator.stats().submissions;
  expect(accepted).toBe(80);
  expect(refused['429']).toBeGreaterThan(0);
  expect(refused['429']).toBeLessThan(60);
});

test('clips that fail at the vendor pause their batch, with the reasons', async () => {
  const rig = await ownRig();
  const batch = await rig.start(
    clips(40, (n) => (n % 3 ? '' : 'code:680001')),
    {
      maxFailures: { clips: 5 },
      maxRetries: 0,
      pace: { ratePerSecond: 20, burst: 1, maxInFlight: 10 },
    },
  );
  const paused = await batchUntil(batch, ({ state }) => state === 'paused');
  expect(paused.pauseReason).toMatch(/^[5-9] of \d+ clips failed \([5-9] x 680001 /);
  expect(paused.accountPaused).toBeUndefined();
  const settled = await batchUntil(batch, ({ submitting }) => submitting === 0);
  expect(settled.queued).toBeGreaterThan(10);
  for (;;) {
    const { state, counts } = await batch
      .progress()
      .catch(() => ({ state: 'done', counts: undefined }));
    if (state === 'paused') await batch.handle.signal(RESUME_SIGNAL);
    if (state === 'done' || counts?.succeeded === 26) break;
    await sleep(100);
  }
  expect((await batch.result()).counts).toMatchObject({ succeeded: 26, failed: 14 });
});

test('a batch that died without leaving is noticed, and its share returns', async () => {
  const rig = await ownRig({ taskMs: 600_000 });
  const pace = { ratePerSecond: 20, burst: 1, maxInFlight: 6 };
  const dead = await rig.start(clips(50), { pace });
  // Its tasks never end: were both to begin at once, either could have all slots for good.
  await batchUntil(dead, ({ waiting }) => waiting === 6);
  const alive = await rig.start(clips(50), { pace });
  // Both have their shares: the account has nothing more to say to either.
  await until(
    () => viewOf(rig),
    ({ members }) => members.length === 2 && members.every(({ rateShare }) => rateShare === 0.5),
  );
  await dead.handle.terminate();
  const { members } = await until(
    () => viewOf(rig),
    (view) => view.members.length === 1 && view.members[0]!.slots === 6,
  );
  expect(members[0]!.batch).toBe(alive.batch);
  await batchUntil(alive, ({ waiting }) => waiting === 6);
  await alive.handle.terminate();
});

test('moments of a batch whose slots are full go to the others, until it has free ones', async () => {
  const rig = await ownRig();
  const pace = { ratePerSecond: 8, burst: 1, maxInFlight: 8 };
  // First, so that the other finds no more slots free than its share.
  const quick = await rig.start(clips(4000), { pace });
  await batchUntil(quick, ({ submissions }) => submissions >= 1);
  const slow = await rig.start(
    clips(40, () => 'run:600000'),
    { pace, priority: 'urgent', callbackGraceMs: 600_000 },
  );
  const { submissions } = await batchUntil(
    slow,
    ({ waiting, pace }) => waiting > 0 && waiting === pace.maxInFlight,
  );
  const shareOf = ({ members }: AccountView, { batch }: { batch: string }) =>
    members.find((member) => member.batch === batch)!;
  const lent = await until(
    () => viewOf(rig),
    (view) => shareOf(view, quick).rateShare === 1,
  );
  expect(shareOf(lent, slow).wants).toBe(40 - submissions);
  // With free slots it takes moments again.
  await accountOf(rig).executeUpdate(TUNE_UPDATE, { args: [{ maxInFlight: 16 }] });
  await batchUntil(slow, (now) => now.submissions > submissions);
  for (const { handle } of [slow, quick]) await handle.terminate();
});

test('a batch that has not done anything yet keeps no slots from others', async () => {
  const rig = await ownRig();
  const idle = await rig.client.workflow.start('scoreBatch', {
    ...{ workflowId: `idle-${randomUUID()}`, taskQueue: taskQueueOf(rig.config.account), args: [] },
    startDelay: '1 hour',
  });
  // The account begins with this batch, and asks those that run already what they hold.
  const { summary } = await rig.run(clips(5));
  expect(summary.counts.succeeded).toBe(5);
  await idle.terminate();
});

test('a batch whose worker is gone keeps its slots until it is evicted, and no moments', async () => {
  const rig = await ownRig();
  const pace = { ratePerSecond: 50, burst: 1, maxInFlight: 6 };
  const batch = `wedged-${randomUUID()}`;
  const taskQueue = taskQueueOf(rig.config.account);
  const wedged = await rig.client.workflow.start('scoreBatch', {
    ...{ workflowId: batch, taskQueue: `${taskQueue}-nobody`, args: [] },
  });
  const report: MemberReport = {
    ...{ batch, chain: wedged.firstExecutionRunId, name: 'wedged', priority: 'normal', pace },
    ...{ version: 0, resumes: 0, next: 0, held: 0, wants: 50 },
  };
  await rig.client.workflow.signalWithStart(ACCOUNT_WORKFLOW, {
    ...{ workflowId: accountIdOf(taskQueue), taskQueue, args: [{ version: 1 }] },
    ...{ signal: REPORT_SIGNAL, signalArgs: [report] },
  });
  await until(
    () => viewOf(rig),
    ({ members }) => members[0]?.slots === 6,
  );
  const alive = await rig.start(clips(20), { pace });
  const evict = (id: unknown) =>
    accountOf(rig).executeUpdate(EVICT_UPDATE, { args: [{ batch: id }] });
  for (const refused of [7, 'unknown', alive.batch]) await expect(evict(refused)).rejects.toThrow();
  const { members } = await until(
    () => viewOf(rig),
    (view) => view.members.some((member) => member.silent && member.rateShare === 0),
  );
  expect(members.find((member) => member.batch === batch)?.silent).toMatchObject({ keeps: 6 });
  expect((await alive.progress()).submissions).toBe(0);
  expect(await evict(batch)).toEqual({ slots: 6 });
  expect((await alive.result()).counts.succeeded).toBe(20);
  await wedged.terminate();
});

test('an account that someone ended comes back and takes in the batches at work', async () => {
  const rig = await ownRig({ taskMs: [300, 600], maxInFlight: 6 });
  const pace = { ratePerSecond: 20, burst: 1, maxInFlight: 6 };
  const first = await rig.start(clips(60), { pace });
  await batchUntil(first, ({ submissions }) => submissions >= 6);
  await accountOf(rig).terminate();
  const second = await rig.start(clips(30), { pace });
  await until(
    () => viewOf(rig),
    ({ members }) => members.length === 2,
  );
  for (const [batch, count] of [
    [first, 60],
    [second, 30],
  ] as const) {
    expect((await batch.result()).counts.succeeded).toBe(count);
  }
  const { refused } = rig.simulator.stats().submissions;
  expect(refused).toEqual({});
});

test('an account continues as new in the middle of its work', async () => {
  const rig = await ownRig({ maxInFlight: 6 });
  const taskQueue = taskQueueOf(rig.config.account);
  const input: AccountInput = { version: 1, historyBound: 40 };
  const { firstExecutionRunId } = await rig.client.workflow.start(ACCOUNT_WORKFLOW, {
    ...{ workflowId: accountIdOf(taskQueue), taskQueue, args: [input] },
  });
  const pace = { ratePerSecond: 40, burst: 1, maxInFlight: 6 };
  const batches = [];
  for (let n = 0; n < 4; n++) batches.push(await rig.start(clips(25), { pace }));
  for (const batch of batches) expect((await batch.result()).counts.succeeded).toBe(25);
  const { runId } = await accountOf(rig).describe();
  expect(runId).not.toBe(firstExecutionRunId);
  expect(rig.simulator.stats().submissions).toMatchObject({ refused: {}, accepted: 100 });
});
