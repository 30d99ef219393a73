import { expect, test } from 'vitest';
import type { NotifiedPause } from '../../../contract/carried.js';
import { pauseNotice } from '../../../workflows/batch/pause-notice.js';

type Look = string | undefined | [reason: string | undefined, submissions: number];

/** Which of the looks at a batch are told, when each run begins with what the last one carried. */
function told(looks: Look[]): number[] {
  let carried: NotifiedPause | undefined;
  return looks.flatMap((seen, look) => {
    const [reason, submissions] = Array.isArray(seen) ? seen : [seen, 0];
    const notice = pauseNotice(carried, reason, submissions);
    carried = notice.told && (JSON.parse(JSON.stringify(notice.told)) as NotifiedPause);
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

test('submissions that are answered during a pause make it no other', () => {
  expect(
    told([
      ['lunch', 3],
      ['lunch', 5],
      [undefined, 5],
      ['lunch', 5],
    ]),
  ).toEqual([0]);
});

test('after something was submitted, the next pause is told again', () => {
  expect(told(['lunch', undefined, [undefined, 2], ['lunch', 2], ['lunch', 2]])).toEqual([0, 3]);
});

test('a pause that is lifted for a moment is told once, one for another reason again', () => {
  expect(told(['denied', undefined, 'denied', undefined, 'denied'])).toEqual([0]);
  expect(told(['denied', undefined, 'lunch'])).toEqual([0, 2]);
});

test('a batch that is never paused tells nothing', () => {
  expect(told([undefined, undefined])).toEqual([]);
});

test('a pause without words is a pause', () => {
  expect(told([''])).toEqual([0]);
});
