import { expect, test } from 'vitest';
import { longerPause } from '../../activities/notify.js';
import { NOTIFICATION_BACKOFF } from '../../contract/notification.js';
import { retryAfterMs } from '../../net/retry-after.js';

const { mostMs } = NOTIFICATION_BACKOFF;

test.each([
  [undefined, 1, undefined],
  ['0', 1, undefined],
  ['1', 1, undefined],
  ['1', 20, undefined],
  ['30', 1, 30_000],
  ['30', 6, undefined],
  ['3600', 50, 3_600_000],
  [String(mostMs / 1000), 50, undefined],
  ['99999999999', 1, 3_600_000],
])('Retry-After %s after attempt %i puts the next try off by %s ms', (header, attempt, pause) => {
  expect(longerPause(retryAfterMs(header), attempt).nextRetryDelay).toBe(pause);
});
