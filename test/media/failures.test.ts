import { expect, test } from 'vitest';
import { verdictOfFailure } from '../../media/failures.js';
import { PROBE_BOUNDS } from '../../media/limits.js';
import { NET_CODES, NetError, type NetCode } from '../../net/errors.js';

function verdictOf(error: unknown) {
  return verdictOfFailure(error, new AbortController().signal, PROBE_BOUNDS).verdict;
}

test.each(Object.keys(NET_CODES) as NetCode[])('%s has a verdict', (code) => {
  const verdict = verdictOf(new NetError(code, 'what happened'));
  const rejected = ['link_invalid', 'address_blocked', 'redirect_refused'].includes(code);
  if (rejected) expect(verdict).toMatchObject({ verdict: 'rejected', code });
  else if (code === 'redirect_insecure') {
    const warnings = [{ code: 'media_not_checked', message: 'what happened' }];
    expect(verdict).toEqual({ verdict: 'ok', warnings });
  } else expect(verdict).toMatchObject({ verdict: 'unreachable', code: 'clip_unreachable' });
});

test('an error of our own is not taken for a fault of the clip', () => {
  const fault = new TypeError('undefined is not a function');
  expect(() => verdictOf(fault)).toThrow(fault);
});
