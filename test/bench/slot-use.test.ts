// The figures of `npm run bench -- slots`.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { percentile } from '../../bench/support/percentile.js';
import { slotUse, type SlotTimes } from '../../bench/support/slot-use.js';

const task = (from: number, to: number): SlotTimes => ({
  arrivedAt: from,
  acceptedAt: from,
  endedAt: to,
  calledBackAt: to,
});

test('slots refilled at once are always busy', () => {
  const tasks = [task(0, 100), task(10, 110), task(100, 200), task(110, 210)];
  expect(slotUse(tasks, 2)).toEqual({ busyShare: 1, refillMs: [0, 0] });
});

test('what stands empty between a callback and the next submission is not busy', () => {
  // Full from 10; one slot empty from 100 to 150, the other from 110 to 170.
  const tasks = [task(0, 100), task(10, 110), task(150, 250), task(170, 270)];
  const { busyShare, refillMs } = slotUse(tasks, 2);
  expect(refillMs).toEqual([50, 60]);
  expect(busyShare).toBeCloseTo((160 * 2 - 50 - 60) / 160 / 2);
});

test('the time until the cap is reached counts for nothing', () => {
  const tasks = [task(0, 50), task(500, 2000), task(1000, 3000), task(2100, 3100)];
  expect(slotUse(tasks, 2).refillMs).toEqual([100]);
});

test('a cap never reached, or a run that ends there, is an error', () => {
  expect(() => slotUse([task(0, 10)], 2)).toThrow('never 2 tasks in flight');
  expect(() => slotUse([task(0, 10), task(5, 15)], 2)).toThrow('score more clips');
});

test('busy time is that of counting what is in flight millisecond by millisecond', () => {
  const times = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 80 })), {
      minLength: 8,
      maxLength: 30,
    })
    .map((pairs) => pairs.map(([from, long]) => task(from, from + long)));
  fc.assert(
    fc.property(times, (tasks) => {
      const cap = 2;
      const inFlight = (ms: number): number =>
        tasks.filter(({ acceptedAt, endedAt }) => acceptedAt <= ms && endedAt! > ms).length;
      const last = Math.max(...tasks.map(({ arrivedAt }) => arrivedAt));
      let from = 0;
      while (from < last && inFlight(from) < cap) from += 1;
      fc.pre(from < last);
      let busy = 0;
      for (let ms = from; ms < last; ms += 1) busy += inFlight(ms);
      expect(slotUse(tasks, cap).busyShare).toBeCloseTo(busy / (last - from) / cap, 9);
    }),
  );
});

test('a percentile is a value that was measured', () => {
  const values = Array.from({ length: 100 }, (_, n) => 100 - n);
  expect(percentile(values, 0.99)).toBe(99);
  expect(percentile([3, 1, 2], 0.5)).toBe(2);
  expect(percentile([7], 0.99)).toBe(7);
  expect(() => percentile([], 0.5)).toThrow('nothing');
});
