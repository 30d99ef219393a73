import { describe, expect, test } from 'vitest';
import type { ScoreBatchInput } from '../../../contract/batch.js';
import type { CarriedState } from '../../../contract/carried.js';
import { cueNumber } from '../../../contract/cue.js';
import { BatchState } from '../../../workflows/batch/batch-state.js';

const input = (carried?: CarriedState) =>
  ({ rows: { count: 5 }, ...(carried && { carried }) }) as ScoreBatchInput;
const open = (carried?: CarriedState): BatchState => new BatchState(input(carried), 0);

describe('the cues of a row', () => {
  test('give it its outcome when the last of them has ended, also in a later run', () => {
    let state = open();
    state.expectCues(3, 3);
    state.expectCues(4, 1);
    state.ended(cueNumber(3, 1), 'succeeded');
    state = open(state.carry());
    state.ended(cueNumber(3, 3), 'failed');
    expect(state.joins).toEqual([]);
    state.ended(cueNumber(3, 2), 'succeeded');
    state.ended(cueNumber(4, 1), 'cancelled');
    expect(open(state.carry()).joins).toEqual([3, 4]);
    // They are not rows.
    expect(state.counts).toMatchObject({ total: 5, succeeded: 0, failed: 0, cancelled: 0 });
  });

  test('that are all there already wait for nothing', () => {
    const state = open();
    state.expectCues(2, 0);
    expect(state.joins).toEqual([2]);
  });

  test('that are not submitted any more end without counting as rows', () => {
    const state = open();
    state.cursor = 3;
    state.expectCues(0, 2);
    state.fresh.add([
      [1, 2],
      [cueNumber(0, 1), cueNumber(0, 1)],
    ]);
    state.ended(cueNumber(0, 2), 'succeeded');
    state.giveUpRest('cancelled');
    // Rows 1 and 2 were prepared, 3 and 4 were not.
    expect(state.counts.cancelled).toBe(4);
    expect(state.joins).toEqual([0]);
  });
});
