import { expect, test } from 'vitest';
import { MAX_RETRY_AFTER_MS, retryAfterMs } from '../../net/retry-after.js';

const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT');
/** What a timer of Node holds; a longer one rings at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

test.each<[string | string[] | undefined, number | undefined]>([
  ['120', 120_000],
  [' 0 ', 0],
  ['1.5', 1500],
  [['7', '9'], 7000],
  [[], undefined],
  ['3600', MAX_RETRY_AFTER_MS],
  ['2147484', MAX_RETRY_AFTER_MS],
  ['99999999', MAX_RETRY_AFTER_MS],
  ['999999999', MAX_RETRY_AFTER_MS],
  ['9'.repeat(400), MAX_RETRY_AFTER_MS],
  ['Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
  ['Wed, 21 Oct 2026 07:00:00 GMT', 0],
  ['Fri, 31 Dec 2100 23:59:59 GMT', MAX_RETRY_AFTER_MS],
  ['-5', undefined],
  ['1e9', undefined],
  ['Infinity', undefined],
  ['5 minutes', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After %j gives %j', (header, expected) => {
  expect(retryAfterMs(header, now)).toBe(expected);
  expect(expected ?? 0).toBeLessThan(LONGEST_TIMER_MS);
});
