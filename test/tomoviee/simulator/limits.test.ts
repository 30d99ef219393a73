import { describe, expect, test } from 'vitest';
import { TokenBucket } from '../../../tomoviee/simulator/limits.js';
import { countArrivals } from '../../../tomoviee/simulator/stats.js';
import { eventually, ended, post, receive, simulate, submit, type VendorReply } from './support.js';

describe('the pace', () => {
  test('is a bucket: the burst at once, then the rate', () => {
    const bucket = new TokenBucket(2, 3, 0);
    expect([0, 0, 0].map((now) => bucket.take(now))).toEqual([0, 0, 0]);
    expect(bucket.take(0)).toBe(500);
    expect(bucket.take(200)).toBe(300);
    expect(bucket.take(500)).toBe(0);
    expect(bucket.take(500)).toBe(500);
    expect([9000, 9000, 9000].map((now) => bucket.take(now))).toEqual([0, 0, 0]);
    expect(bucket.take(9000)).toBe(500);
  });

  test('without a burst holds one second, at least one submission', () => {
    const fast = new TokenBucket(5, 0, 0);
    expect(Array.from({ length: 6 }, () => fast.take(0) === 0).filter(Boolean)).toHaveLength(5);
    const slow = new TokenBucket(0.1, 0, 0);
    expect([slow.take(0), slow.take(0)]).toEqual([0, 10_000]);
    expect(new TokenBucket(0, 0, 0).take(0)).toBe(0);
  });

  test('past its limit is HTTP 429 with Retry-After, and stamped', async () => {
    const simulator = await simulate({ ratePerSecond: 0.01, burst: 2 });
    await submit(simulator);
    await submit(simulator);
    const response = await post(simulator);
    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(90);
    expect(Number(response.headers.get('retry-after'))).toBeLessThanOrEqual(100);
    expect(simulator.arrivals().map(({ answer }) => answer)).toEqual([0, 0, 429]);
    simulator.setLimits({ ratePerSecond: 0 });
    await submit(simulator);
  });
});

describe('tasks in flight', () => {
  test('past their limit are HTTP 429, until one has ended', async () => {
    const simulator = await simulate({ maxInFlight: 2, taskMs: 600_000 });
    await submit(simulator);
    const short = { file_link: 'http://clips.example/a.mp4?sim=run:3000' };
    const running = await submit(simulator, short);
    const response = await post(simulator);
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '1']);
    await ended(simulator, running);
    await submit(simulator);
    expect(simulator.stats()).toMatchObject({ peakInFlight: 2, tasks: { inFlight: 2 } });
  });

  test('past their limit may be a vendor code instead', async () => {
    const simulator = await simulate({ maxInFlight: 1, maxInFlightCode: 680_010, taskMs: 600_000 });
    await submit(simulator);
    const response = await post(simulator);
    expect(response.status).toBe(200);
    expect(((await response.json()) as VendorReply).code).toBe(680_010);
  });

  test('never pass their limit, however many come at once', async () => {
    const simulator = await simulate({ maxInFlight: 5, taskMs: 600_000 });
    const responses = await Promise.all(Array.from({ length: 40 }, () => post(simulator)));
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(simulator.ledger()).toHaveLength(5);
  });

  test('are worked on by as many workers as told, in order of acceptance', async () => {
    const receiver = await receive();
    const simulator = await simulate({ workers: 1, taskMs: 5 });
    const ids: string[] = [];
    for (let i = 0; i < 20; i++) ids.push(await submit(simulator, { callback: receiver.url }));
    await receiver.count(20);
    const entries = simulator.ledger();
    expect(entries.map(({ taskId }) => taskId)).toEqual(ids);
    entries.slice(1).forEach(({ startedAt }, i) => {
      expect(startedAt).toBeGreaterThanOrEqual(entries[i]!.endedAt!);
    });
  });

  test('by the thousand end all', async () => {
    const simulator = await simulate({ workers: 500, taskMs: [0, 20] });
    for (let i = 0; i < 20; i++) {
      await Promise.all(Array.from({ length: 100 }, () => submit(simulator)));
    }
    await eventually(() => simulator.stats().tasks).toEqual({
      inFlight: 0,
      queued: 0,
      byStatus: { 3: 2000 },
    });
  });
});

test('arrivals are counted by answer, by second and by the busiest span of a second', () => {
  const at = (...stamps: [number, number][]) => stamps.map(([at, answer]) => ({ at, answer }));
  const stats = countArrivals(
    at([1000, 0], [1900, 0], [2100, 429], [1950, 0], [2899, 0], [2900, 0]),
  );
  expect(stats).toEqual({
    arrived: 6,
    accepted: 5,
    refused: { 429: 1 },
    peakAcceptedPerSecond: 3,
    peakArrivedPerSecond: 4,
    seconds: [
      { second: 1, arrived: 3, accepted: 3 },
      { second: 2, arrived: 3, accepted: 2 },
    ],
  });
});
