import fc from 'fast-check';
import { expect, test } from 'vitest';
import { callbackUrl, verifyCallback } from '../../../tomoviee/callbacks/url.js';
import type { CallbackTarget } from '../../../contract/callback.js';
import { post, receive, SECRET, TARGET } from './support.js';

/** Any id that a URL can carry; `.` and `..` are steps in a path, however they are written. */
const batchIds = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    fc.constantFrom(
      'a/b',
      '../x',
      'a?b#c',
      '100%',
      '%2F',
      'a b',
      'ü',
      '映像',
      '😀',
      "'",
      '"',
      '\\',
      ':',
    ),
  )
  .filter((id) => !/\p{Cs}/u.test(id) && id !== '.' && id !== '..');
const numbers = fc.integer({ min: 0, max: 999_999_999 });
const targets: fc.Arbitrary<CallbackTarget> = fc.record({
  batch: batchIds,
  round: numbers,
  row: numbers,
  attempt: numbers,
});

function paramsOf(url: string): Record<string, string> {
  const [, , batch, round, row, attempt, mac] = new URL(url).pathname.split('/');
  const parts = { batch, round, row, attempt, mac };
  return Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [name, decodeURIComponent(part ?? '')]),
  );
}

test('a URL says what it was made for, whatever the batch is called', () => {
  fc.assert(
    fc.property(targets, fc.string(), (target, secret) => {
      const url = callbackUrl('https://public.example/base/', target, secret);
      const path = new URL(url).pathname;
      expect(path.startsWith('/base/callbacks/')).toBe(true);
      expect(verifyCallback(paramsOf(url.replace('/base', '')), secret)).toEqual(target);
    }),
    { numRuns: 500 },
  );
});

test('the receiver reads the same from a request', async () => {
  const delivered: CallbackTarget[] = [];
  const { urlOf } = await receive({
    deliver: (batch, callbacks) => {
      for (const { round, row, attempt } of callbacks) {
        delivered.push({ batch, round, row, attempt });
      }
      return Promise.resolve();
    },
  });
  await fc.assert(
    fc.asyncProperty(targets, async (target) => {
      const response = await post(urlOf(target), { task_id: 't', status: 3 });
      expect(response.status).toBe(200);
      expect(delivered.splice(0)).toEqual([target]);
    }),
    { numRuns: 30 },
  );
});

test('a batch id as long as Temporal allows fits', async () => {
  const { urlOf, delivered } = await receive();
  expect((await post(urlOf({ batch: 'ü'.repeat(500) }), { task_id: 't' })).status).toBe(200);
  expect(delivered).toHaveLength(1);
});

test('slashes at the end of the public URL do not count', () => {
  const url = callbackUrl('https://public.example', TARGET, SECRET);
  expect(callbackUrl('https://public.example//', TARGET, SECRET)).toBe(url);
});

test('no two targets share a MAC', () => {
  fc.assert(
    fc.property(targets, targets, (one, other) => {
      const same = (['batch', 'round', 'row', 'attempt'] as const).every(
        (name) => one[name] === other[name],
      );
      const macs = [one, other].map(
        (target) => paramsOf(callbackUrl('http://x', target, SECRET)).mac,
      );
      expect(macs[0] === macs[1]).toBe(same);
    }),
  );
});

test('parts that could run into each other do not', () => {
  const macOf = (target: Partial<CallbackTarget>): string | undefined =>
    paramsOf(callbackUrl('http://x', { ...TARGET, ...target }, SECRET)).mac;
  expect(macOf({ batch: 'a', round: 11, row: 1 })).not.toBe(
    macOf({ batch: 'a', round: 1, row: 11 }),
  );
  expect(macOf({ batch: 'a1', round: 1 })).not.toBe(macOf({ batch: 'a', round: 11 }));
  expect(macOf({ batch: 'a",1' })).not.toBe(macOf({ batch: 'a' }));
});

test('a number is taken in one spelling only', () => {
  const params = paramsOf(callbackUrl('http://x', TARGET, SECRET));
  expect(verifyCallback(params, SECRET)).toEqual(TARGET);
  for (const row of ['07', '7.0', '+7', '7 ', '0x7', '7e0', '-7', '', '７', '7'.repeat(10)]) {
    expect(verifyCallback({ ...params, row }, SECRET)).toBeUndefined();
  }
});

test('what is missing is refused', () => {
  const params = paramsOf(callbackUrl('http://x', TARGET, SECRET));
  for (const name of Object.keys(params)) {
    expect(verifyCallback({ ...params, [name]: undefined }, SECRET)).toBeUndefined();
  }
});
