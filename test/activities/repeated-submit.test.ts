// Temporal repeats an activity whose worker died or stood still; the POST must not be repeated.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { journalOf, POST, rig } from './submit-rig.js';
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
    const { simulator, input, worker, store } = await rig();
    const now = Date.now();
    const { result } = start(worker(), 'submitClip', { ...input, notBefore: now + 1000 });
    await expect.poll(() => journalOf(store).find(POST), { interval: 1 }).toBe('begun');
    vi.useFakeTimers({ toFake: ['Date'], now: now + 9000 });
    const output = await result;
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
