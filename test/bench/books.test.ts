// The figures of `npm run bench -- crash`.
import { expect, test } from 'vitest';
import { balance, type BookedClip } from '../../bench/support/books.js';
import { drawMoments, randomFrom } from '../../bench/support/random.js';

const SUCCEEDED = 3;
const FAILED = 4;
const QUEUED = 1;

const clip = (fileLink: string, more: Partial<BookedClip> = {}): BookedClip => ({
  ...{ fileLink, hasSoundtrack: true, flagged: false },
  ...more,
});
const paid = (fileLink: string, status = SUCCEEDED) => ({ fileLink, status });
const NONE = { lost: 0, paidTwiceSilently: 0, paidTwiceFlagged: 0, flaggedInVain: 0 };

test('a clip paid for once with a soundtrack is as it should be', () => {
  expect(balance([clip('a'), clip('b')], [paid('a'), paid('b')])).toEqual(NONE);
});

test('a clip without a soundtrack is lost, paid for or not', () => {
  const lost = { hasSoundtrack: false };
  expect(balance([clip('a', lost), clip('b', lost)], [paid('a')])).toEqual({ ...NONE, lost: 2 });
});

test('a clip paid for more than once counts once, and apart when the results say so', () => {
  const clips = [clip('a'), clip('b', { flagged: true }), clip('c', { flagged: true })];
  const ledger = [paid('a'), paid('a'), paid('a', QUEUED), paid('b'), paid('b'), paid('c')];
  expect(balance(clips, ledger)).toEqual({
    ...{ lost: 0, paidTwiceSilently: 1, paidTwiceFlagged: 1, flaggedInVain: 1 },
  });
});

test('another try after a task that the vendor failed is no second payment', () => {
  expect(balance([clip('a')], [paid('a', FAILED), paid('a')])).toEqual(NONE);
});

test('moments drawn by lot differ from each other, lie within bounds, and come again', () => {
  const drawn = drawMoments('seed', 50, 10, 90);
  expect(new Set(drawn).size).toBe(50);
  expect(drawn).toEqual(drawn.toSorted((a, b) => a - b));
  expect(drawn.every((at) => at >= 10 && at <= 90)).toBe(true);
  expect(drawMoments('seed', 50, 10, 90)).toEqual(drawn);
  expect(drawMoments('other', 50, 10, 90)).not.toEqual(drawn);
  expect(drawMoments('all', 3, 1, 3)).toEqual([1, 2, 3]);
  expect(() => drawMoments('seed', 4, 1, 3)).toThrow('no 4 numbers');
});

test('what is drawn lies from 0 to 1 and does not repeat', () => {
  const random = randomFrom('seed');
  const drawn = Array.from({ length: 100 }, random);
  expect(drawn.every((value) => value >= 0 && value <= 1)).toBe(true);
  expect(new Set(drawn).size).toBe(100);
});
