import { describe, expect, test } from 'vitest';
import { newUsage, settleUsage, type UsageLook } from '../../../workflows/pacing/usage.js';

const full: UsageLook = { free: 0, wants: 50, owns: 3, accountRate: 4 };

/** What a batch asks for after it has given out so many in each of these windows. */
function after(given: number[], look = full) {
  const usage = newUsage(0);
  let now = 0;
  for (const count of given) {
    usage.given += count;
    now = Math.min(settleUsage(usage, look, now), now + 60_000);
    settleUsage(usage, look, now);
  }
  return usage.uses;
}

describe('a batch whose slots are full', () => {
  test.each([
    ['asks for nothing else while it uses what it has', [15, 14, 15], undefined],
    ['asks for a quarter more than it uses', [5], 1.25],
    ['asks for a little if it uses little', [1], 0.5],
    ['asks for none if none of its tasks ends', [15, 0], 0],
    ['says nothing of a small change', [5, 4], 1.25],
  ])('%s', (_, given, uses) => {
    expect(after(given)).toBe(uses);
  });

  test('asks at once for as many as fill its slots in time when they are free again', () => {
    const usage = { ...newUsage(0), uses: 0 };
    expect(settleUsage(usage, { ...full, owns: 0 }, 1000)).toBe(Infinity);
    settleUsage(usage, { ...full, owns: 0, free: 1 }, 2000);
    expect(usage.uses).toBe(0.5);
    settleUsage(usage, { ...full, owns: 0.5, free: 1 }, 2100);
    expect(usage.uses).toBe(0.5);
    settleUsage(usage, { ...full, owns: 0.5, free: 9 }, 2200);
    expect(usage.uses).toBeUndefined(); // as many as it gets
  });

  test('keeps moments for one slot a while, so that changes stay few', () => {
    const usage = { ...newUsage(0), uses: 0.5 };
    const look = { ...full, owns: 0.5 };
    expect(settleUsage(usage, look, 9000)).toBe(10_000);
    settleUsage(usage, look, 10_000);
    expect(usage.uses).toBe(0);
  });

  test('that has nothing to submit measures nothing', () => {
    const usage = newUsage(0);
    expect(settleUsage(usage, { ...full, wants: 0 }, 60_000)).toBe(Infinity);
    expect(usage).toEqual({ since: 60_000, given: 0 });
  });
});
