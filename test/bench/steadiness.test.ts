import { expect, test } from 'vitest';
import { steadinessOf } from '../../bench/support/steadiness.js';

/** Arrival times of clips that take so many ms each, one after the other. */
function arrivals(clipMs: (clip: number) => number, clips: number): number[] {
  const times = [1_700_000_000_000];
  for (let clip = 0; clip < clips; clip += 1) times.push(times[clip]! + clipMs(clip));
  return times;
}

test('a batch that keeps its speed has the same speed in every tenth', () => {
  const steady = steadinessOf(arrivals(() => 10, 10_000));
  expect(steady).toEqual({
    tenths: Array.from({ length: 10 }, () => 100),
    lastThousandOverFirst: 1,
    lastTenthOverSecond: 1,
  });
});

test('a batch that slows down shows where, and by how much', () => {
  const { tenths, ...ratios } = steadinessOf(
    arrivals((clip) => (clip < 1000 ? 10 : clip < 18_000 ? 20 : clip < 19_000 ? 30 : 40), 20_000),
  );
  expect(tenths.map(Math.round)).toEqual([67, 50, 50, 50, 50, 50, 50, 50, 50, 29]);
  expect(ratios).toEqual({ lastThousandOverFirst: 4, lastTenthOverSecond: 1.75 });
});

test('a small batch is compared by halves, a tiny one not at all', () => {
  const small = steadinessOf(arrivals((clip) => (clip < 100 ? 10 : 15), 200));
  expect(small.lastThousandOverFirst).toBe(1.5);
  expect(() => steadinessOf(arrivals(() => 10, 50))).toThrow('51 arrivals');
});
