import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyIndex } from '../../manifests/key-index.js';

test('it knows what a map knows', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.nat(2 ** 32 - 2))), (entries) => {
      const index = new KeyIndex();
      const map = new Map<string, number>();
      for (const [key, value] of entries) {
        expect(index.add(key, value)).toBe(map.get(key));
        if (!map.has(key)) map.set(key, value);
      }
      const copy = new KeyIndex(structuredClone(index.data));
      for (const each of [index, copy]) {
        expect(each.size).toBe(map.size);
        for (const [key, value] of map) expect(each.get(key)).toBe(value);
        expect(each.has('not in it, for it is long')).toBe(false);
      }
    }),
  );
});

test('it grows, and keeps all of them in at most 45 bytes each', () => {
  const index = new KeyIndex();
  for (let n = 0; n < 100_000; n += 1) index.add(`clip-${n}`, n);
  for (let n = 0; n < 100_000; n += 997) expect(index.get(`clip-${n}`)).toBe(n);
  expect(index.get('clip-100000')).toBeUndefined();
  expect(index.data.byteLength / index.size).toBeLessThanOrEqual(45);
});

test('what is added to a copy is not in the other', () => {
  const index = new KeyIndex();
  index.add('a', 1);
  new KeyIndex(index.data).add('b', 2);
  expect(index.has('b')).toBe(false);
});
