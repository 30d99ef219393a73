import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { payloadKeys } from '../../config/payload-keys.js';

const key = (bytes = 32): string => randomBytes(bytes).toString('base64');

test('the first key encrypts, all decrypt', () => {
  const read = payloadKeys(`b:${key()}, a:${key()}`);
  expect(read.current?.id).toBe('b');
  expect(read.all.map(({ id }) => id)).toEqual(['b', 'a']);
});

test('behind "plain" keys only decrypt', () => {
  const read = payloadKeys(`plain,a:${key()}`);
  expect(read.current).toBeUndefined();
  expect(read.all.map(({ id }) => id)).toEqual(['a']);
});

const canary = key();
test.each([
  ['', 'key 1 has no id'],
  ['plain', 'holds no key'],
  [canary, 'key 1 has no id'],
  [`a:${key()},${canary}`, 'key 2 has no id'],
  [`a:${key(16)}`, 'the key a has 16 bytes instead of 32'],
  [`a:${canary}!`, 'the key a is not base64'],
  [`a:${canary},a:${key()}`, 'the id a is there twice'],
  [Array.from({ length: 51 }, (_, n) => `k${n}:${canary}`).join(','), 'more than 50'],
])('a faulty list says what is wrong, and shows no key (%#)', (raw, fault) => {
  expect(() => payloadKeys(raw)).toThrow(TypeError);
  expect(() => payloadKeys(raw)).toThrow(fault);
  try {
    payloadKeys(raw);
  } catch (error) {
    expect((error as Error).message).not.toContain(canary.slice(0, 12));
  }
});

test('keys do not show themselves', () => {
  const read = payloadKeys(`a:${canary}`);
  expect(inspect(read, { depth: 9 }) + JSON.stringify(read)).not.toContain(canary);
});
