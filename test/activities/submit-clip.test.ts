// The one activity that spends money: what its first attempt posts.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { openLocalStore } from '../../store/local-store.js';
import { journalOf, POST, rig, slowUntil } from './submit-rig.js';
import { BATCH, manifestOf, run, start } from './support.js';

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

  test('whose moment has passed sends nothing, and leaves nothing behind', async () => {
    const { simulator, input, worker, store } = await rig();
    const late = { ...input, notAfter: Date.now() - 1 };
    expect(await run(worker(), 'submitClip', late)).toEqual({ kind: 'late' });
    expect(simulator.arrivals()).toEqual([]);
    expect(await journalOf(store).find(POST)).toBe('none');
    expect(await run(worker(), 'submitClip', input)).toMatchObject({ kind: 'accepted' });
  });

  test('that gets late while its intent is written sends nothing, and says so in the journal', async () => {
    const { simulator, input, worker, store } = await rig();
    const notAfter = Date.now() + 7000;
    const late = worker({ openStore: slowUntil(notAfter + 1) });
    expect(await run(late, 'submitClip', { ...input, notAfter })).toEqual({ kind: 'late' });
    vi.useRealTimers();
    expect(simulator.arrivals()).toEqual([]);
    expect(await journalOf(store).find(POST)).toEqual({ kind: 'late' });
    // The same POST may still be made, by a later activity.
    await run(worker(), 'submitClip', input);
    expect(await journalOf(store).find(POST)).toMatchObject({ kind: 'accepted' });
  });

  test.each(['429', 'http:401'])(
    'that waits while another is refused with %s sends nothing',
    async (fault) => {
      const { simulator, input, worker } = await rig(manifestOf(2));
      simulator.setFaults(`${fault}*1`);
      const activities = worker();
      const waiting = run(activities, 'submitClip', {
        ...{ ...input, row: 1 },
        notBefore: Date.now() + 900,
      });
      expect(await run(activities, 'submitClip', input)).toMatchObject({ kind: 'refused' });
      expect(await waiting).toEqual({ kind: 'held' });
      expect(simulator.arrivals()).toHaveLength(1);
    },
  );

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
