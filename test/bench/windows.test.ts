// The figures of `npm run bench -- pace`, against counting every window there is.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { lowestRate, rateOf, steadyPart, worstOverrun } from '../../bench/support/windows.js';

const everySecond = Array.from({ length: 61 }, (_, n) => n * 1000);
const arrivalTimes = fc
  .array(fc.integer({ min: 0, max: 20_000 }), { minLength: 2, maxLength: 60 })
  .map((times) => times.toSorted((a, b) => a - b));
const limits = fc.record({
  ratePerSecond: fc.integer({ min: 1, max: 40 }).map((half) => half / 2),
  burst: fc.integer({ min: 1, max: 5 }),
});

/** All pairs of arrivals, as [first, last] indices. */
function* windows(arrivals: readonly number[]): Generator<[number, number]> {
  for (let i = 0; i < arrivals.length; i += 1) {
    for (let j = i; j < arrivals.length; j += 1) yield [i, j];
  }
}

test('the steady part leaves out what came within two seconds of the first arrival', () => {
  expect(steadyPart([5000, 6999, 7000, 9000])).toEqual([7000, 9000]);
  expect(steadyPart([])).toEqual([]);
});

test('an even pace has exactly its rate, over all and over any window', () => {
  expect(rateOf(everySecond)).toBe(1);
  expect(lowestRate(everySecond, 30_000)).toBe(1);
  expect(lowestRate(everySecond, 300_000)).toBe(1);
  expect(worstOverrun(everySecond, { ratePerSecond: 1, burst: 1 })).toBe(0);
});

test('a pause shows in the lowest rate, by its length', () => {
  const paused = everySecond.map((at) => (at > 20_000 ? at + 10_000 : at));
  expect(lowestRate(paused, 30_000)).toBeCloseTo(20 / 30);
  expect(rateOf(paused)).toBeCloseTo(60 / 70);
});

test('a submission out of line is an overrun of one, unless it is within the allowance', () => {
  const limit = { ratePerSecond: 20, burst: 1 };
  expect(worstOverrun([0, 50, 50, 150], limit)).toBeCloseTo(1);
  expect(worstOverrun([0, 50, 50, 150], limit, 50)).toBe(0);
  expect(worstOverrun([0, 50, 50, 50, 150], limit, 50)).toBeCloseTo(1);
});

test('a rate needs two moments', () => {
  expect(() => rateOf([])).toThrow('score more clips');
  expect(() => lowestRate([7, 7], 1000)).toThrow('score more clips');
});

test('the worst overrun is that of all windows, counted one by one', () => {
  fc.assert(
    fc.property(arrivalTimes, limits, fc.constantFrom(0, 50, 100), (arrivals, limit, allowance) => {
      let worst = 0;
      for (const [i, j] of windows(arrivals)) {
        const seconds = (arrivals[j]! - arrivals[i]! + allowance) / 1000;
        worst = Math.max(worst, j - i + 1 - limit.ratePerSecond * seconds - limit.burst);
      }
      expect(worstOverrun(arrivals, limit, allowance)).toBeCloseTo(worst, 6);
    }),
  );
});

test('the lowest rate is that of all windows just long enough, counted one by one', () => {
  fc.assert(
    fc.property(arrivalTimes, fc.integer({ min: 1, max: 8000 }), (arrivals, windowMs) => {
      fc.pre(arrivals[0] !== arrivals.at(-1));
      const rates: number[] = [];
      for (const [i, j] of windows(arrivals)) {
        const long = arrivals[j]! - arrivals[i]!;
        if (long < windowMs || (j > 0 && arrivals[j - 1]! - arrivals[i]! >= windowMs)) continue;
        rates.push(((j - i) * 1000) / long);
      }
      const expected = rates.length > 0 ? Math.min(...rates) : rateOf(arrivals);
      expect(lowestRate(arrivals, windowMs)).toBeCloseTo(expected, 6);
    }),
  );
});

test('the worst overrun does not depend on when it was', () => {
  fc.assert(
    fc.property(arrivalTimes, limits, (arrivals, limit) => {
      const today = arrivals.map((at) => at + 1_795_000_000_123);
      expect(worstOverrun(today, limit)).toBeCloseTo(worstOverrun(arrivals, limit), 9);
    }),
  );
});
