import { describe, expect, test } from 'vitest';
import type { Share } from '../../../contract/account.js';
import { reportDue, type Demand } from '../../../workflows/pacing/demand.js';
import { newMembership } from '../../../workflows/pacing/membership.js';

const share = (more: Partial<Share> = {}): Share => ({
  ...{ version: 1, resumes: 1, slots: 10, contended: true },
  ...more,
});
const told = (held: number, wants: number) => ({
  ...newMembership(),
  told: { held, wants, at: 5000 },
});
const demand = (held: number, wants: number, moreToCome = false): Demand => ({
  ...{ held, wants, moreToCome },
});
const NOW = 0;
const NEVER = Infinity;

describe('a batch that shares its account tells', () => {
  test.each([
    ['at once that it wants to submit again', told(0, 0), demand(0, 3), NOW],
    ['at once what it gives back of a share that became smaller', told(15, 9), demand(14, 9), NOW],
    ['at once that it has nothing more to submit', told(5, 5), demand(5, 0), NOW],
    ['later that rows being prepared are not ready', told(5, 5), demand(5, 0, true), 10_000],
    ['within a second that it can use less than its share', told(5, 9), demand(5, 2), 6000],
    ['within a second that it could use more than it said', told(5, 2), demand(5, 6), 6000],
    ['nothing while it can use its whole share', told(10, 90), demand(10, 40), NEVER],
    ['nothing of less while more is to come', told(5, 9), demand(5, 2, true), NEVER],
    ['nothing of more than a share that was too small anyway', told(5, 20), demand(5, 60), NEVER],
    ['nothing of tasks that end within its share', told(9, 50), demand(7, 50), NEVER],
  ] as const)('%s', (_, state, now, due) => {
    expect(reportDue(state, share(), now, 7000)).toBe(due);
  });
});

test('a batch alone tells nothing of all that', () => {
  const alone = share({ contended: false });
  for (const now of [demand(0, 3), demand(5, 0), demand(14, 9), demand(5, 2)]) {
    expect(reportDue(told(5, 9), alone, now, 0)).toBe(NEVER);
  }
});
