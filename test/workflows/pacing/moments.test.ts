import { describe, expect, test } from 'vitest';
import type { Frame } from '../../../contract/account.js';
import type { MomentState } from '../../../contract/carried.js';
import { earliest, reframe, take } from '../../../workflows/pacing/moments.js';

const frame = (more: Partial<Frame> = {}): Frame => ({
  ...{ id: 1, start: 0, intervalMs: 1000, burst: 1, turn: 1, own: [0] },
  ...more,
});
const holding = (more?: Partial<Frame>): MomentState => {
  const state: MomentState = { stopped: false, next: 0 };
  reframe(state, frame(more));
  return state;
};
const takeMany = (state: MomentState, count: number, from = 0) =>
  Array.from({ length: count }, () => take(state, from));

describe('a sole owner', () => {
  test('gives out even moments at the rate', () => {
    expect(takeMany(holding({ intervalMs: 500 }), 4)).toEqual([0, 500, 1000, 1500]);
  });

  test('lets a burst out at once, then the rate; idle time is not saved up beyond it', () => {
    const state = holding({ burst: 3 });
    expect(takeMany(state, 5)).toEqual([0, 0, 0, 1000, 2000]);
    expect(takeMany(state, 4, 60_000)).toEqual([60_000, 60_000, 60_000, 61_000]);
  });

  test('P2: uses a moment late without waiting for the next', () => {
    const state = holding();
    take(state, 0);
    expect(takeMany(state, 2, 1700)).toEqual([1700, 2700]);
  });
});

describe('one owner of several', () => {
  test('uses its own moments only, each at its time', () => {
    expect(takeMany(holding({ turn: 4, own: [1, 2] }), 5)).toEqual([1000, 2000, 5000, 6000, 9000]);
    expect(take(holding({ turn: 4, own: [1, 2] }), 2100)).toBe(5000);
  });

  test('may use a moment burst - 1 intervals early', () => {
    expect(takeMany(holding({ turn: 2, own: [1], burst: 3 }), 3)).toEqual([0, 1000, 3000]);
  });

  test('of no moment submits nothing', () => {
    expect(take(holding({ own: [] }), 0)).toBeUndefined();
  });
});

describe('a change of the timeline', () => {
  test('stops everything until the new one is named', () => {
    const state = holding();
    reframe(state, undefined);
    expect(earliest(state, 0)).toBeUndefined();
    reframe(state, frame({ id: 2, start: 3000 }));
    expect(take(state, 0)).toBe(3000);
  });

  test('leaves an owner of several its moments before the new start', () => {
    const state = holding({ turn: 2, own: [0] });
    take(state, 0);
    reframe(state, undefined);
    reframe(state, frame({ id: 2, start: 5000, turn: 2, own: [1] }));
    expect(takeMany(state, 4)).toEqual([2000, 4000, 6000, 8000]);
  });

  test('named twice changes nothing', () => {
    const state = holding({ turn: 2, own: [0] });
    const next = frame({ id: 2, start: 5000 });
    reframe(state, undefined);
    reframe(state, next);
    reframe(state, next);
    expect(takeMany(state, 5)).toEqual([0, 2000, 4000, 5000, 6000]);
  });
});
