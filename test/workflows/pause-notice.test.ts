import { expect, test } from 'vitest';
import { pauseNotice } from '../../workflows/pause-notice.js';

/** Which of the looks at a batch are told, when each run begins with what the last one carried. */
function told(looks: (string | undefined)[]): number[] {
  let carried = false;
  return looks.flatMap((reason, look) => {
    const notice = pauseNotice(carried, reason);
    carried = JSON.parse(JSON.stringify(notice.told)) as boolean;
    return notice.due ? [look] : [];
  });
}

test('a pause is told once, when it begins', () => {
  expect(told([undefined, 'lunch', 'lunch', 'lunch'])).toEqual([1]);
  expect(told(['from the start', 'from the start'])).toEqual([0]);
});

test('another reason for the same pause is no news', () => {
  expect(told([undefined, 'lunch', 'out of credit', 'lunch'])).toEqual([1]);
});

test('after going on, the next pause is told again', () => {
  expect(told(['lunch', undefined, undefined, 'lunch', 'lunch'])).toEqual([0, 3]);
});

test('a batch that is never paused tells nothing', () => {
  expect(told([undefined, undefined])).toEqual([]);
});

test('a pause without words is a pause', () => {
  expect(told([''])).toEqual([0]);
});
