import { expect, test } from 'vitest';
import type { AccountView } from '../../contract/account.js';
import type { BatchProgress } from '../../contract/batch.js';
import { noOutcomes } from '../../contract/clip.js';
import { addFigures, figuresOf } from '../../workers/account-figures.js';

const pace = { ratePerSecond: 2, burst: 1, maxInFlight: 10 };
const batch = (more: Partial<BatchProgress>): BatchProgress => ({
  ...{ name: 'a', store: '/a', round: 1, state: 'running', counts: noOutcomes(9), queued: 0 },
  ...{ submitting: 0, waiting: 0, unresolved: 0, backingOff: 0, finishing: 0, submissions: 0 },
  ...{ warnings: 0, lastFailures: [], pace, priority: 'normal', startedAt: '2026-11-29T00:00:00Z' },
  ...more,
});

test('the figures of batches are added up, and those that do not answer are counted', () => {
  const figures = figuresOf([
    batch({ queued: 5, submitting: 1, waiting: 3, unresolved: 1 }),
    batch({ state: 'paused', queued: 2, waiting: 1, backingOff: 4, finishing: 6 }),
    undefined,
  ]);
  expect(figures.clips).toEqual({
    ...{ queued: 7, submitting: 1, waiting: 4, unresolved: 1, backing_off: 4, finishing: 6 },
  });
  expect(figures.inFlight).toBe(6);
  expect(figures.batches).toMatchObject({ running: 1, paused: 1, silent: 1, opening: 0 });
});

test('nothing is left of batches that have ended', () => {
  const figures = figuresOf([]);
  expect(Object.values(figures.clips).every((clips) => clips === 0)).toBe(true);
  expect([figures.inFlight, figures.pace]).toEqual([0, undefined]);
});

test.each([
  ['open', 2, 2],
  ['slowed', 0.5, 0.5],
  ['paused', 2, 0],
] as const)('an account that is %s', (state, ratePerSecond, now) => {
  const view: AccountView = { state, limits: pace, ratePerSecond, members: [] };
  expect(addFigures(figuresOf([]), view).pace).toEqual({ now, limit: 2, slots: 10 });
});
