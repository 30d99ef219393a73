// The one activity that spends money: what it posts, and what a repeated attempt does.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ActivityDependencies } from '../../activities/index.js';
import { SubmissionJournal } from '../../activities/submission-journal.js';
import type { BatchActivities, SubmitClipInput } from '../../contract/activities.js';
import { openLocalStore } from '../../store/local-store.js';
import type { Simulator } from '../../simulator/simulator.js';
import type { Store } from '../../store/store.js';
import { simulate } from '../simulator/support.js';
import { frozenBatch, manifestOf, run, start, vendorAt, workerOf, BATCH } from './support.js';

interface Rig {
  simulator: Simulator;
  store: Store;
  input: SubmitClipInput;
  /** A further worker on the same batch. */
  worker: (deps?: Partial<ActivityDependencies>) => BatchActivities;
}

async function rig(manifest = manifestOf(1)): Promise<Rig> {
  const simulator = await simulate();
  const { location, store } = await frozenBatch(manifest);
  return {
    simulator,
    store,
    input: { store: location, round: 1, row: 0, attempt: 1, notBefore: 0 },
    worker: (deps) => workerOf({ vendor: vendorAt(simulator.url), ...deps }),
  };
}

function journalOf(store: Store): SubmissionJournal {
  return new SubmissionJournal(store, 'earlier-worker');
}

const POST = { round: 1, row: 0, attempt: 1, activityTry: 1 };

afterEach(() => void vi.useRealTimers());

describe('a first attempt', () => {
  test('makes one POST for its clip and gives its task', async () => {
    const { simulator, input, worker } = await rig(manifestOf(3));
    const output = await run(worker(), 'submitClip', { ...input, row: 2, attempt: 4 });
    const [entry, ...others] = simulator.ledger();
    expect(others).toEqual([]);
    expect(output).toEqual({ kind: 'accepted', taskId: entry?.taskId, callback: false });
    expect(entry).toMatchObject({
      fileLink: 'http://clips.example/2.mp4',
      prompt: 'Pop 2',
      params: `reelscore/${BATCH}/1.2.4`,
    });
    expect(entry).not.toHaveProperty('callback');
  });

  test('names the POST in the callback URL', async () => {
    const { simulator, input, worker } = await rig();
    const told = worker({
      callbackUrl: (target) => `http://127.0.0.1:1/${encodeURIComponent(JSON.stringify(target))}`,
    });
    expect(await run(told, 'submitClip', { ...input, round: 3, attempt: 2 })).toMatchObject({
      kind: 'accepted',
      callback: true,
    });
    const target = { batch: BATCH, round: 3, row: 0, attempt: 2 };
    expect(simulator.ledger()[0]?.callback).toBe(
      `http://127.0.0.1:1/${encodeURIComponent(JSON.stringify(target))}`,
    );
  });

  test("passes the user's own params on", async () => {
    const manifest = 'id,file_link,prompt,params\na,http://clips.example/a.mp4,Pop,my value\n';
    const { simulator, input, worker } = await rig(manifest);
    await run(worker(), 'submitClip', input);
    expect(simulator.ledger()[0]?.params).toBe('my value');
  });

  test('waits for its moment', async () => {
    const { simulator, input, worker } = await rig();
    const notBefore = Date.now() + 300;
    await run(worker(), 'submitClip', { ...input, notBefore });
    expect(simulator.ledger()[0]?.arrivedAt).toBeGreaterThanOrEqual(notBefore);
  });

  test('J1: has its intent on disk before the POST leaves', async () => {
    const { input, worker, store } = await rig();
    let found: unknown;
    const told = worker({
      vendor: {
        queryTask: vi.fn(),
        submit: async () => {
          found = await journalOf(store).find(POST);
          return { kind: 'accepted', taskId: 't' };
        },
      },
    });
    await run(told, 'submitClip', input);
    expect(found).toBe('begun');
  });

  test('posts nothing if the intent cannot be written', async () => {
    const { simulator, input, worker, store } = await rig();
    await writeFile(join(store.location, '.reelscore/submissions'), 'in the way');
    await expect(run(worker(), 'submitClip', input)).rejects.toThrow(/EEXIST|ENOTDIR/);
    expect(simulator.arrivals()).toEqual([]);
    await rm(join(store.location, '.reelscore/submissions'));
    expect(await run(worker(), 'submitClip', input, { attempt: 2 })).toMatchObject({
      kind: 'accepted',
    });
  });

  test('gives its answer even if that cannot be written', async () => {
    const { input, worker } = await rig();
    let appends = 0;
    const told = worker({
      openStore: (location) => {
        const store = openLocalStore(location);
        const append = store.append.bind(store);
        store.append = (key, content) =>
          (appends += 1) === 1 ? append(key, content) : Promise.reject(new Error('ENOSPC'));
        return store;
      },
    });
    expect(await run(told, 'submitClip', input)).toMatchObject({ kind: 'accepted' });
    expect(appends).toBe(2);
  });

  test('that is cancelled while it waits posts nothing and leaves no trace', async () => {
    const { simulator, input, worker, store } = await rig();
    const notBefore = Date.now() + 60_000;
    const { result, cancel } = start(worker(), 'submitClip', { ...input, notBefore });
    cancel();
    await expect(result).rejects.toThrow();
    expect(simulator.arrivals()).toEqual([]);
    expect(await journalOf(store).find(POST)).toBe('none');
  });
});

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
    const { result } = start(worker(), 'submitClip', { ...input, notBefore: now + 300 });
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
