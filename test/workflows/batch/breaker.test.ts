import { describe, expect, test } from 'vitest';
import { newTally, tally, tripped } from '../../../workflows/batch/breaker.js';

const vendor = { code: 'http_503', message: 'busy' };
const other = { code: 'task_failed', message: 'no music' };

function after(ends: (typeof vendor | undefined)[]) {
  const state = newTally();
  for (const end of ends) tally(state, end);
  return state;
}
const times = (count: number, end?: typeof vendor) => Array.from({ length: count }, () => end);

describe('the breaker', () => {
  test('trips at a number of clips, and lists the reasons, the most frequent first', () => {
    const state = after([...times(2, other), ...times(3, vendor), ...times(4)]);
    expect(tripped(state, { clips: 6 })).toBeUndefined();
    expect(tripped(state, { clips: 5 })).toBe(
      '5 of 9 clips failed (3 x http_503 busy; 2 x task_failed no music)',
    );
  });

  test('trips at a share, once enough clips have ended to tell', () => {
    expect(tripped(after(times(19, vendor)), { percent: 25 })).toBeUndefined();
    expect(tripped(after([...times(15), ...times(5, vendor)]), { percent: 25 })).toContain(
      '5 of 20',
    );
    expect(tripped(after([...times(16), ...times(4, vendor)]), { percent: 25 })).toBeUndefined();
  });

  test('without a limit never trips', () => {
    expect(tripped(after(times(1000, vendor)), undefined)).toBeUndefined();
  });

  test('keeps a bounded number of reasons, however free the text', () => {
    const state = newTally();
    for (let n = 0; n < 1000; n++) tally(state, { code: 'x', message: `${n} ${'y'.repeat(500)}` });
    expect(Object.keys(state.reasons).length).toBeLessThanOrEqual(51);
    expect(JSON.stringify(state).length).toBeLessThan(15_000);
    expect(tripped(state, { clips: 1 })).toContain('950 x x');
  });
});
