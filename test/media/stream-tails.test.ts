import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFlvCut, isProgramCut } from '../../media/stream-tails.js';

function flvTag(bytes: number): Buffer {
  const tag = Buffer.alloc(11 + bytes + 4);
  tag.writeUInt8(9, 0);
  tag.writeUIntBE(bytes, 1, 3);
  tag.writeUInt32BE(11 + bytes, 11 + bytes);
  return tag;
}

const pack = (stuffing = 0) =>
  Buffer.from([
    0,
    0,
    1,
    0xba,
    0x44,
    0,
    4,
    0,
    4,
    1,
    0,
    0,
    3,
    0xf8 | stuffing,
    ...Buffer.alloc(stuffing, 0xff),
  ]);
const oldPack = Buffer.from([0, 0, 1, 0xba, 0x21, 0, 1, 0, 1, 0x80, 0, 1]);

function packet(code: number, bytes: number): Buffer {
  const head = Buffer.from([0, 0, 1, code, 0, 0]);
  head.writeUInt16BE(bytes, 4);
  return Buffer.concat([head, Buffer.alloc(bytes, 0x55)]);
}

const END = Buffer.from([0, 0, 1, 0xb9]);

describe('FLV', () => {
  const whole = Buffer.concat([flvTag(50), flvTag(100)]);

  test('ends with a whole tag', () => {
    expect(isFlvCut(whole)).toBe(false);
  });

  test('cut anywhere it does not', () => {
    for (let end = 80; end < whole.length; end += 1) {
      expect(isFlvCut(whole.subarray(0, end)), `at ${end}`).toBe(true);
    }
  });

  test('is not judged by a part of a tag', () => {
    expect(isFlvCut(whole.subarray(-90))).toBe(false);
  });
});

describe('a program stream', () => {
  test.each([
    ['with an end', Buffer.concat([pack(), packet(0xe0, 100), END])],
    ['without', Buffer.concat([pack(2), packet(0xbb, 6), packet(0xc0, 100)])],
    ['of MPEG-1', Buffer.concat([oldPack, packet(0xe0, 100)])],
    [
      'in the middle of which this begins',
      Buffer.concat([Buffer.alloc(9), pack(), packet(0xe0, 9)]),
    ],
    ['with something behind', Buffer.concat([pack(), packet(0xe0, 9), Buffer.alloc(99)])],
    ['of which no pack is here', packet(0xe0, 9).subarray(0, 9)],
  ])('%s is not cut', (_what, bytes) => {
    expect(isProgramCut(bytes)).toBe(false);
  });

  test('cut within a packet is', () => {
    const whole = Buffer.concat([pack(), packet(0xe0, 100), pack(), packet(0xc0, 100)]);
    for (const end of [30, 100, 125, 138, 150, whole.length - 1]) {
      expect(isProgramCut(whole.subarray(0, end)), `at ${end}`).toBe(true);
    }
  });
});

test('any bytes are judged without an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (bytes, packed) => {
      const tail = Buffer.concat(packed ? [pack(), bytes] : [bytes]);
      isFlvCut(tail);
      isProgramCut(tail);
    }),
    { numRuns: 500 },
  );
});
