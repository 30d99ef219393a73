import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { earliest, newPace, reserve, slowDown, speedUp } from '../../workflows/pace.js';

const pace = (ratePerSecond: number, burst = 1) => ({ ratePerSecond, burst, maxInFlight: 100 });

const busy = { code: 'http_429', message: 'slow down' };

describe('pace', () => {
  test('gives out even moments at the rate', () => {
    const state = newPace(0);
    const moments = Array.from({ length: 5 }, () => reserve(state, pace(2), 0));
    expect(moments).toEqual([0, 500, 1000, 1500, 2000]);
  });

  test('lets a burst out at once, then the rate', () => {
    const state = newPace(0);
    const moments = Array.from({ length: 5 }, () => reserve(state, pace(1, 3), 0));
    expect(moments).toEqual([0, 0, 0, 1000, 2000]);
  });

  test('P1: no window has more than rate x window + burst, whenever one asks', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.2, max: 50, noNaN: true }),
        fc.integer({ min: 1, max: 10 }),
        fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 2, maxLength: 80 }),
        (rate, burst, gaps) => {
          const state = newPace(0);
          let now = 0;
          const moments = gaps.map((gap) => reserve(state, pace(rate, burst), (now += gap)));
          for (let from = 0; from < moments.length; from++) {
            for (let to = from; to < moments.length; to++) {
              const seconds = (moments[to]! - moments[from]!) / 1000;
              expect(to - from + 1).toBeLessThanOrEqual(rate * seconds + burst + 1e-6);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('idle time is not saved up beyond the burst', () => {
    const state = newPace(0);
    reserve(state, pace(1, 2), 0);
    const moments = Array.from({ length: 4 }, () => reserve(state, pace(1, 2), 60_000));
    expect(moments).toEqual([60_000, 60_000, 61_000, 62_000]);
  });

  test('Retry-After holds every submission', () => {
    const state = newPace(0);
    slowDown(state, 1000, { ...busy, retryAfterMs: 5000 });
    expect(earliest(state, pace(10), 1000)).toBe(6000);
  });

  test('throttled answers without Retry-After double the hold, once for those that left together', () => {
    const state = newPace(0);
    slowDown(state, 0, busy);
    slowDown(state, 100, busy);
    expect(earliest(state, pace(10), 100)).toBe(1000);
    slowDown(state, 1000, busy);
    expect(earliest(state, pace(10), 1000)).toBe(3000);
    speedUp(state);
    slowDown(state, 4000, busy);
    expect(earliest(state, pace(10), 4000)).toBe(5000);
  });
});
