// Temporal repeats an activity whose worker died or stood still; the POST must not be repeated.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { journalOf, POST, rig, slowUntil } from './submit-rig.js';
import { manifestOf, run, start } from './support.js';

afterEach(() => void vi.useRealTimers());

describe('a repeated attempt', () => {
  test('posts if no POST ever left', async () => {
    const { simulator, input, worker } = await rig();
    const output = await run(worker(), 'submitClip', input, { attempt: 2 });
    expect(output).toMatchObject({ kind: 'accepted' });
    expect(simulator.ledger()).toHaveLength(1);
  });

  test('gives the task of an earlier one, without a POST', async () => {
    const { simulator, input, worker } = await rig();
    const first = await run(worker(), 'submitClip', input);
    expect(first.kind).toBe('accepted');
    expect(await run(worker(), 'submitClip', input, { attempt: 2 })).toEqual(first);
    expect(await run(worker(), 'submitClip', input, { attempt: 7 })).toEqual(first);
    expect(simulator.arrivals()).toHaveLength(1);
  });

  test.each([
    ['429', { class: 'throttled', code: '429' }],
    ['http:500', { class: 'retry', code: '500' }],
    ['code:680001', { class: 'retry', code: '680001' }],
    ['401', { class: 'denied', code: '401' }],
  ])('gives the refusal %s of an earlier one, without a POST', async (fault, failure) => {
    const { simulator, input, worker } = await rig(manifestOf(1, fault));
    const first = await run(worker(), 'submitClip', input);
    expect(first).toMatchObject({ kind: 'refused', failure });
    expect(await run(worker(), 'submitClip', input, { attempt: 2 })).toEqual(first);
    expect(simulator.arrivals()).toHaveLength(1);
  });

  test('does not know what became of a POST that was begun, and makes none', async () => {
    const { simulator, input, worker, store } = await rig();
    await journalOf(store).begin(POST);
    const told = worker({ callbackUrl: () => 'http://127.0.0.1:1/callback' });
    expect(await run(told, 'submitClip', input, { attempt: 2 })).toEqual({
      kind: 'unknown',
      message: 'the worker stopped',
      callback: true,
    });
    expect(simulator.arrivals()).toEqual([]);
  });

  test.each(['drop-after', 'http-after:504'])(
    'knows no more than an earlier one whose answer was lost: %s',
    async (fault) => {
      const { simulator, input, worker } = await rig(manifestOf(1, fault));
      expect(await run(worker(), 'submitClip', input)).toMatchObject({ kind: 'unknown' });
      const again = await run(worker(), 'submitClip', input, { attempt: 2 });
      expect(again).toMatchObject({ kind: 'unknown', callback: false });
      expect(simulator.ledger()).toHaveLength(1);
    },
  );

  test('of the next POST of the clip, or of the next round, is not held back', async () => {
    const { simulator, input, worker } = await rig();
    await run(worker(), 'submitClip', input);
    await run(worker(), 'submitClip', { ...input, attempt: 2 }, { attempt: 2 });
    await run(worker(), 'submitClip', { ...input, round: 2 }, { attempt: 2 });
    expect(simulator.ledger()).toHaveLength(3);
  });
});

describe('A1: a worker that stood still', () => {
  test('does not post any more, and says so also when asked again', async () => {
    const { simulator, input, worker } = await rig();
    const now = Date.now();
    const still = worker({ openStore: slowUntil(now + 60_000) });
    const output = await run(still, 'submitClip', input);
    vi.useRealTimers();
    expect(output).toMatchObject({
      kind: 'refused',
      failure: { class: 'retry', code: 'worker_stalled' },
    });
    expect(await run(worker(), 'submitClip', input, { attempt: 2 })).toEqual(output);
    expect(simulator.arrivals()).toEqual([]);
  });

  test('posts if it was back in time', async () => {
    const { simulator, input, worker } = await rig();
    const now = Date.now();
    const { result } = start(worker(), 'submitClip', { ...input, notBefore: now + 300 });
    vi.useFakeTimers({ toFake: ['Date'], now: now + 6000 });
    expect(await result).toMatchObject({ kind: 'accepted' });
    expect(simulator.ledger()).toHaveLength(1);
  });
});

describe('a first try, of a batch that was reset', () => {
  /** The answer of the try that comes after the reset. */
  const afterReset = (batch: Awaited<ReturnType<typeof rig>>, attempt = 1) =>
    run(batch.worker(), 'submitClip', { ...batch.input, attempt });

  test('gives the task that an earlier run paid for', async () => {
    const batch = await rig();
    const first = await afterReset(batch);
    expect(await afterReset(batch)).toEqual(first);
    expect(batch.simulator.ledger()).toHaveLength(1);
  });

  test('posts anew where an earlier run was refused', async () => {
    const batch = await rig(manifestOf(1, 'http:503*1'));
    expect(await afterReset(batch)).toMatchObject({ kind: 'refused' });
    expect(await afterReset(batch)).toMatchObject({ kind: 'accepted', attempt: 2 });
    // And one that was reset to where it had heard of the refusal.
    expect(await afterReset(batch, 2)).toMatchObject({ kind: 'accepted' });
    expect(batch.simulator.ledger()).toHaveLength(1);
  });

  test('gives the task of a later POST, where an earlier run was refused first', async () => {
    const batch = await rig(manifestOf(1, 'http:503*1'));
    await afterReset(batch);
    const second = await afterReset(batch, 2);
    expect(await afterReset(batch)).toEqual({ ...second, attempt: 2 });
    expect(batch.simulator.ledger()).toHaveLength(1);
  });

  test('does not know what became of a later POST whose answer was lost', async () => {
    const batch = await rig(manifestOf(1, 'drop-after'));
    const journal = journalOf(batch.store);
    await journal.begin(POST);
    await journal.end(POST, { kind: 'held' });
    expect(await afterReset(batch, 2)).toMatchObject({ kind: 'unknown' });
    expect(await afterReset(batch)).toMatchObject({ kind: 'unknown', attempt: 2 });
    expect(batch.simulator.ledger()).toHaveLength(1);
  });

  test('waits for the answer to a POST that an earlier run is making', async () => {
    const { simulator, input, worker, store } = await rig();
    const journal = journalOf(store);
    await journal.begin(POST);
    const late = run(worker(), 'submitClip', input);
    await sleep(400);
    const accepted = { kind: 'accepted', taskId: 'task-1', callback: true } as const;
    await journal.end(POST, accepted);
    expect(await late).toEqual(accepted);
    expect(simulator.arrivals()).toEqual([]);
  });

  test('takes the answer for lost in the end', async () => {
    const { simulator, input, worker, store } = await rig();
    await journalOf(store).begin(POST);
    const now = Date.now();
    const late = run(worker(), 'submitClip', input);
    await sleep(400);
    vi.useFakeTimers({ toFake: ['Date'], now: now + 60_000 });
    expect(await late).toMatchObject({ kind: 'unknown' });
    expect(simulator.arrivals()).toEqual([]);
  });

  test.each([
    ['the same POST', 1, {}],
    ['another POST of the clip', 2, { attempt: 2 }],
  ])(
    'J4: makes none where the run before makes %s at the same moment',
    async (_, attempt, more) => {
      const { simulator, input, worker, store } = await rig();
      const journal = journalOf(store);
      const rival = { ...POST, attempt };
      const late = run(worker(), 'submitClip', { ...input, notBefore: Date.now() + 900 });
      await sleep(300); // it has looked, and waits for its moment
      await journal.begin(rival);
      await sleep(900);
      const accepted = { kind: 'accepted', taskId: 'task-1', callback: true } as const;
      await journal.end(rival, accepted);
      expect(await late).toEqual({ ...accepted, ...more });
      expect(simulator.arrivals()).toEqual([]);
    },
  );
});

test('of the same clip, submitted by two runs at once, one POST leaves', async () => {
  const { simulator, input, worker } = await rig(manifestOf(60));
  const workers = [worker(), worker()];
  await Promise.all(
    Array.from({ length: 60 }, async (_, row) => {
      const at = { ...input, row, notBefore: Date.now() + 200 };
      await Promise.all(workers.map((one) => run(one, 'submitClip', at)));
    }),
  );
  const links = simulator.ledger().map(({ fileLink }) => fileLink);
  expect(new Set(links).size).toBe(links.length);
});
