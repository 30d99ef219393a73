// What several watch is read once for all of them, and only while anybody does.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Feed } from '../../page/feed.js';
import { until } from '../support/until.js';

interface Counted {
  first?: true;
  reads: number[];
}

function counting() {
  let count = 0;
  const feed = new Feed<Counted>({
    reads: [
      {
        everyMs: 5,
        read: () => Promise.resolve((count += 1) % 2 === 0 ? { reads: [count] } : undefined),
      },
    ],
    first: () => ({ first: true, reads: [] }),
    merge: (before, next) => ({ ...before, reads: [...before.reads, ...next.reads] }),
  });
  return { feed, count: () => count };
}

async function followed(feed: Feed<Counted>, signal: AbortSignal): Promise<number[]> {
  const reads: number[] = [];
  for await (const update of feed.watch(signal, 10_000)) reads.push(...(update?.reads ?? []));
  return reads;
}

test('is not read before somebody watches, nor after the last has left', async () => {
  const { feed, count } = counting();
  await sleep(30);
  expect(count()).toBe(0);
  const leave = new AbortController();
  const watching = followed(feed, leave.signal);
  await until(
    () => Promise.resolve(count()),
    (reads) => reads > 4,
  );
  leave.abort();
  await watching;
  const read = count();
  await sleep(30);
  expect([count() - read <= 1, feed.watchers]).toEqual([true, 0]);
  // It begins again.
  const later = feed.watch(new AbortController().signal, 10_000);
  expect(await later.next()).toEqual({ value: { first: true, reads: [] }, done: false });
  await until(
    () => Promise.resolve(count()),
    (reads) => reads > read + 2,
  );
  await later.return(undefined);
});

test('of many watchers each gets everything, and a slow one gets what it missed in one', async () => {
  const { feed, count } = counting();
  const leave = new AbortController();
  const quick = [1, 2, 3].map(() => followed(feed, leave.signal));
  const slow = feed.watch(leave.signal, 10_000);
  await slow.next();
  await until(
    () => Promise.resolve(count()),
    (reads) => reads > 20,
  );
  const missed: unknown = (await slow.next()).value;
  leave.abort();
  const all = await Promise.all(quick);
  const even = Array.from({ length: 10 }, (_, n) => 2 * n + 2);
  for (const reads of all) expect(reads.slice(0, 10)).toEqual(even);
  expect(missed).toMatchObject({ reads: expect.arrayContaining(even) as number[] });
  await slow.return(undefined);
});

test('says that nothing has come for a while', async () => {
  const feed = new Feed<number>({
    reads: [{ everyMs: 5, read: () => Promise.resolve(undefined) }],
    first: () => undefined,
    merge: (_before, next) => next,
  });
  const leave = new AbortController();
  const seen: unknown[] = [];
  for await (const update of feed.watch(leave.signal, 10)) {
    seen.push(update);
    if (seen.length === 3) leave.abort();
  }
  expect(seen).toEqual([undefined, undefined, undefined]);
});
