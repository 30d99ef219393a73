// How far ahead submissions are given out, by pace.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { horizonOf } from '../../../workflows/batch/horizon.js';

interface Given {
  at: number;
  moments: number[];
}

/**
 * A batch alone on its pace: each answer comes `answerMs` after the last moment of its group, and wakes it; nothing
 * else does.
 */
function giveOut(intervalMs: number, answerMs: number, count: number): Given[] {
  const { horizonMs, refillMs, groupMs } = horizonOf(intervalMs, answerMs);
  const groups: Given[] = [];
  const wakes = [0];
  let next = 0;
  for (let now = wakes.shift(); now !== undefined && next < count; now = wakes.shift()) {
    const moments: number[] = [];
    const first = next * intervalMs;
    const end = first + groupMs;
    while (
      first <= now + refillMs &&
      next * intervalMs <= now + horizonMs &&
      next * intervalMs < end &&
      moments.length < 20
    ) {
      moments.push(next * intervalMs);
      next += 1;
    }
    if (moments.length === 0) continue;
    groups.push({ at: now, moments });
    wakes.push(now, Math.max(now, moments.at(-1) ?? now) + answerMs);
    wakes.sort((a, b) => a - b);
  }
  return groups;
}

test.each([
  [1000, 2000],
  [500, 2000],
  [375, 1500],
  [50, 1500],
  [1, 1500],
  [1100, 1500],
  [4000, 1500],
])('with %i ms between moments they are given out %i ms ahead', (intervalMs, horizonMs) => {
  expect(horizonOf(intervalMs).horizonMs).toBe(horizonMs);
});

test('answers alone keep a pace: nothing is given out late, and no timer is needed', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 1400 }),
      fc.integer({ min: 1, max: 400 }),
      (ms, answer) => {
        const given = giveOut(ms, answer, 60);
        expect(given.flatMap(({ moments }) => moments).length).toBeGreaterThanOrEqual(60);
        for (const { at, moments } of given.slice(1)) {
          for (const moment of moments) expect(moment - at).toBeGreaterThanOrEqual(0);
        }
      },
    ),
  );
});

test('at a submission a second two of them share an activity', () => {
  expect(giveOut(1000, 100, 60).length).toBeLessThanOrEqual(31);
});
