import { expect, test } from 'vitest';
import { isPassing, withRpcRetry } from '../../net/retry-rpc.js';

const withCode = (code: unknown, cause?: unknown) =>
  Object.assign(new Error(`code ${String(code)}`, { cause }), { code });

const UNAVAILABLE = withCode(14);
const NOT_FOUND = withCode(5);

/** Fails with these errors in turn, then answers. */
function failing(...errors: Error[]) {
  const calls = { made: 0 };
  const call = () => {
    const error = errors[calls.made];
    calls.made += 1;
    return error === undefined ? Promise.resolve('answer') : Promise.reject(error);
  };
  return { calls, call };
}

test.each([
  ['DEADLINE_EXCEEDED', withCode(4)],
  ['RESOURCE_EXHAUSTED', withCode(8)],
  ['UNAVAILABLE', UNAVAILABLE],
  ['a connection that broke', withCode('ECONNRESET')],
  ['a connection that nobody took', withCode('ECONNREFUSED')],
  ["gRPC's error inside the SDK's", new Error('Failed to signal', { cause: UNAVAILABLE })],
])('%s passes', (_, error) => {
  expect(isPassing(error)).toBe(true);
});

test.each([
  ['NOT_FOUND', NOT_FOUND],
  ['CANCELLED', withCode(1)],
  ['NOT_FOUND, whatever caused it', withCode(5, UNAVAILABLE)],
  ['an error of our own', new TypeError('bug')],
  ['an error without a known code', withCode('ERR_INVALID_ARG_TYPE')],
  ['nothing', undefined],
])('%s does not pass', (_, error) => {
  expect(isPassing(error)).toBe(false);
});

test('an error that causes itself is looked at only so far', () => {
  const error = new Error('loop');
  error.cause = error;
  expect(isPassing(error)).toBe(false);
});

test('a call is repeated until it answers', async () => {
  const { call, calls } = failing(UNAVAILABLE, UNAVAILABLE, UNAVAILABLE);
  expect(await withRpcRetry(call, { forMs: 60_000 })).toBe('answer');
  expect(calls.made).toBe(4);
});

test('an error that does not pass is thrown at once and unchanged', async () => {
  const { call, calls } = failing(UNAVAILABLE, NOT_FOUND);
  await expect(withRpcRetry(call, { forMs: 60_000 })).rejects.toBe(NOT_FOUND);
  expect(calls.made).toBe(2);
});

test('when the time is up the last error is thrown', async () => {
  const last = withCode(14);
  const { call, calls } = failing(last);
  await expect(withRpcRetry(call, { forMs: 0 })).rejects.toBe(last);
  expect(calls.made).toBe(1);
});

test('an abort breaks the wait off and throws the last error', async () => {
  const abort = new AbortController();
  const tries = withRpcRetry(
    () => {
      abort.abort();
      return Promise.reject(UNAVAILABLE);
    },
    { forMs: 60_000, signal: abort.signal },
  );
  await expect(tries).rejects.toBe(UNAVAILABLE);
});
