import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { costOf } from '../../contract/cost.js';
import { expectedMs, leftOutOf } from '../../client/plan-figures.js';

const MINUTE = 60_000;
const pace = (ratePerSecond: number, maxInFlight: number, burst = 1) => ({
  ...{ ratePerSecond, maxInFlight, burst },
});

describe('expected time', () => {
  test.each([
    ['nothing takes no time', 0, pace(1, 20), 0],
    ['one clip takes as long as a task', 1, pace(1, 20), 2 * MINUTE],
    ['a slow rate decides', 601, pace(0.1, 100), 100 * MINUTE + 2 * MINUTE],
    ['few slots decide', 100, pace(10, 1), 200 * MINUTE],
    ['a burst goes out at once', 10, pace(0.01, 20, 10), 2 * MINUTE],
  ])('%s', (_what, submissions, given, expected) => {
    expect(expectedMs(submissions, given, false)).toBe(expected);
  });

  test('more clips never take less', () => {
    const paces = fc.record({
      ratePerSecond: fc.double({ min: 0.01, max: 1000, noNaN: true }),
      burst: fc.integer({ min: 1, max: 100 }),
      maxInFlight: fc.integer({ min: 1, max: 10_000 }),
    });
    fc.assert(
      fc.property(paces, fc.nat(100_000), fc.nat(1000), (given, clips, more) => {
        const less = expectedMs(clips, given, false);
        expect(expectedMs(clips + more, given, false)).toBeGreaterThanOrEqual(less);
      }),
    );
  });
});

test('a cap leaves out what is beyond it, and nothing if all fit', () => {
  const cap = { submissions: 3, code: 'budget_reached' } as const;
  expect(leftOutOf(5, cap)).toEqual({ clips: 2, cap });
  expect(leftOutOf(3, cap)).toBeUndefined();
  expect(leftOutOf(5, undefined)).toBeUndefined();
});

test('money is exact to the millionth', () => {
  expect(costOf(3, { amount: 0.1 })).toEqual({ amount: 0.3, pricePerClip: 0.1 });
  expect(costOf(100_000, { amount: 0.000001, currency: 'EUR' })).toEqual({
    ...{ amount: 0.1, currency: 'EUR', pricePerClip: 0.000001 },
  });
});
