import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aviReport } from '../../media/avi-header.js';
import { aviOfStreams } from './hostile.js';

function chunk(id: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(id, 'latin1');
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

function list(kind: string, ...chunks: Buffer[]): Buffer {
  return chunk('LIST', Buffer.concat([Buffer.from(kind), ...chunks]));
}

interface Strh {
  type?: string;
  scale?: number;
  rate?: number;
  length?: number;
}

function strh({ type = 'vids', scale = 1, rate = 30, length = 18 }: Strh): Buffer {
  const content = Buffer.alloc(56);
  content.write(type, 'latin1');
  [scale, rate, 0, length].forEach((value, at) => content.writeUInt32LE(value, 20 + 4 * at));
  return chunk('strh', content);
}

function strf(width: number, height: number): Buffer {
  const content = Buffer.alloc(40);
  [40, width, height].forEach((value, at) => content.writeInt32LE(value, 4 * at));
  return chunk('strf', content);
}

function avi(...streams: Buffer[]): Buffer {
  const content = [list('hdrl', chunk('avih', Buffer.alloc(56)), ...streams), list('movi')];
  return chunk('RIFF', Buffer.concat([Buffer.from('AVI '), ...content]));
}

const SOUND = list('strl', strh({ type: 'auds' }), chunk('strf', Buffer.alloc(18)));
const video = (head: Strh = {}, size: [number, number] = [640, 360]) =>
  list('strl', strh(head), chunk('JUNK', Buffer.alloc(3)), strf(...size));

describe('a header tells', () => {
  const whole = { format: 'AVI', hasVideo: true, cutOff: false, variableFrameRate: false };
  const rows: [what: string, file: Buffer, expected: object][] = [
    ['all', avi(video()), { ...whole, frameRate: 30, containerSeconds: 0.6, width: 640 }],
    ['a broken rate', avi(video({ scale: 1001, rate: 30000 })), { frameRate: 30_000 / 1_001 }],
    ['rows from top to bottom', avi(video({}, [640, -360])), { width: 640, height: 360 }],
    [
      'sound before the video',
      avi(SOUND, video()),
      { ...whole, hasOtherTracks: true, height: 360 },
    ],
    ['the first of two videos', avi(video(), video({ rate: 10 })), { frameRate: 30 }],
  ];
  test.each(rows)('%s', (_what, file, expected) => {
    expect(aviReport(file, file.length)).toMatchObject(expected);
  });

  test('that the file is cut off', () => {
    const file = avi(video());
    expect(aviReport(file, file.length - 1)).toMatchObject({ cutOff: true });
    file.writeUInt32LE(0x7fffffff, 4);
    expect(aviReport(file, file.length - 1)).toMatchObject({ cutOff: false });
  });

  test.each<[string, Strh]>([
    ['no scale', { scale: 0 }],
    ['no rate', { rate: 0 }],
    ['no length', { length: 0 }],
  ])('with %s only the rest', (_what, head) => {
    const report = aviReport(avi(video(head)));
    expect(report).toMatchObject({ width: 640, height: 360 });
    expect(report).not.toHaveProperty('containerSeconds');
  });
});

test('what is no AVI file, or has no video, tells nothing', () => {
  expect(aviReport(avi(SOUND))).toBeUndefined();
  expect(aviReport(Buffer.from('RIFF\0\0\0\0WAVE'))).toBeUndefined();
  expect(aviReport(new Uint8Array(0))).toBeUndefined();
});

test('any bytes, and any cut, are read without an error', () => {
  const file = avi(SOUND, video());
  const changed = fc.tuple(
    fc.nat(file.length),
    fc.nat(file.length - 1),
    fc.integer({ min: 0, max: 255 }),
  );
  fc.assert(
    fc.property(changed, ([end, at, value]) => {
      const copy = Buffer.from(file);
      copy[at] = value;
      aviReport(copy.subarray(0, end), file.length);
    }),
    { numRuns: 2_000 },
  );
});

test('thousands of streams are not all looked at', () => {
  expect(aviReport(aviOfStreams(60_000))).toMatchObject({ width: 640, height: 360 });
});
