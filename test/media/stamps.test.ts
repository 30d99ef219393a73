// What transport streams and fragmented files tell only by the times in them.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { rateOfSteps } from '../../media/frame-steps.js';
import { rangedBlocks } from '../../media/blocks.js';
import { readFragments } from '../../media/iso-fragments.js';
import { countPictures } from '../../media/nal-pictures.js';
import { probeClip } from '../../media/probe-clip.js';
import { readTimes } from '../../media/ts-times.js';
import { createGuardedFetch } from '../../net/guarded-fetch.js';
import { serve } from '../net/servers.js';
import { handOut, hasFfmpeg, makeClips, picture, SOUND } from './clips.js';
import { openAnalyzer } from './support.js';

const AVC = '-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac';
const DENSE = '-c:v mpeg4 -qscale:v 1 -g 12 -c:a aac -movflags';
const VFR = "-vf select='not(mod(n\\,4))+lt(n\\,6)' -fps_mode vfr";

const LIVELY = "-vf select='between(t\\,3\\,9)+not(mod(n\\,10))' -fps_mode vfr";

const RECIPES: Record<string, string> = {
  'plain.ts': `${picture()} ${SOUND} ${AVC}`,
  'reordered.ts': `${picture('640x360', '30000/1001')} -c:v libx264 -bf 3 -pix_fmt yuv420p`,
  'undelimited.ts': `${picture()} ${AVC} -bsf:v h264_metadata=aud=remove`,
  'timed.m2ts': `${picture()} ${AVC} -mpegts_m2ts_mode 1 -f mpegts`,
  'slow.ts': `${picture('640x360', '10', 2)} ${AVC}`,
  'fast.ts': `${picture('640x360', '90')} ${AVC}`,
  'slow-vfr.ts': `${picture('640x360', '30', 4)} ${VFR} ${AVC}`,
  // Some 3 MB, more than is read of them at first.
  'dense.ts': `${picture('640x360', '25', 8, 'testsrc2')} -c:v mpeg2video -qscale:v 2`,
  'long.ts': `${picture('640x360', '15', 97, 'testsrc2')} ${AVC} -b:v 400k`,
  // Slow at both ends, fast between.
  'lively.ts': `${picture('640x360', '30', 12, 'testsrc2')} ${LIVELY} ${AVC} -qp 8`,
  'lively.mp4': `${picture('640x360', '30', 12, 'testsrc2')} ${LIVELY} ${DENSE} frag_keyframe+empty_moov`,
  'indexed.mp4': `${picture('640x360', '24', 8, 'testsrc2')} ${DENSE} frag_keyframe+empty_moov`,
  'bare.mp4': `${picture('640x360', '24', 8, 'testsrc2')} ${DENSE} frag_keyframe+empty_moov+skip_trailer`,
  'begun.mp4': `${picture('640x360', '24', 8, 'testsrc2')} ${SOUND} ${DENSE} frag_keyframe`,
  'few.mp4': `${picture('640x360', '24', 8, 'testsrc2')} ${DENSE} frag_keyframe+empty_moov+skip_trailer -g 120`,
  'long.mp4': `${picture('640x360', '15', 97, 'testsrc2')} ${AVC} -b:v 400k -g 30 -movflags cmaf`,
};

let files: ReadonlyMap<string, Buffer> = new Map();
beforeAll(async () => {
  if (hasFfmpeg) files = await makeClips(RECIPES);
});

const analyzer = openAnalyzer({ parsers: 2 });
afterAll(() => analyzer.close());

function clip(name: string): Buffer {
  return files.get(name) ?? expect.fail(`no ${name}`);
}

/** Probes a file from a server with range support; counts the bytes that it sent. */
async function probe(content: Buffer) {
  let bytes = 0;
  const send = handOut(new Map([['clip', content]]));
  const server = await serve((request, response) => {
    response.on('finish', () => (bytes += Number(response.getHeader('content-length') ?? 0)));
    send(request, response);
  });
  const fetch = createGuardedFetch({ allowHosts: ['127.0.0.1'] });
  onTestFinished(() => fetch.close());
  const verdict = await probeClip(`${server.origin}/clip`, { fetch, analyzer });
  return { verdict, bytes };
}

describe.skipIf(!hasFfmpeg)('a transport stream', () => {
  test.each([
    ['plain.ts', 25],
    ['reordered.ts', 29.97],
    ['undelimited.ts', 25],
  ])('of H.264 tells its rate by its timestamps: %s', async (name, frameRate) => {
    expect((await probe(clip(name))).verdict).toMatchObject({
      verdict: 'ok',
      warnings: [],
      media: {
        frameRate: expect.closeTo(frameRate, 1) as number,
        durationSeconds: expect.closeTo(1, 1) as number,
        variableFrameRate: false,
      },
    });
  });

  test('with a time before each packet as well', async () => {
    expect((await probe(clip('timed.m2ts'))).verdict).toMatchObject({
      warnings: [{ code: 'media_format_unclear' }],
      media: { frameRate: expect.closeTo(25, 2) as number },
    });
  });

  test.each([
    ['slow.ts', '10 FPS'],
    ['fast.ts', '90 FPS'],
    ['slow-vfr.ts', 'varies, 8'],
  ])('outside the rates of the vendor is rejected: %s', async (name, message) => {
    expect((await probe(clip(name))).verdict).toMatchObject({
      code: 'media_frame_rate',
      message: expect.stringContaining(message) as string,
    });
  });

  test('whose rate varies is not judged by its ends', async () => {
    expect(clip('lively.ts').length).toBeGreaterThan(2_000_000);
    expect((await probe(clip('lively.ts'))).verdict).toMatchObject({
      verdict: 'ok',
      warnings: [{ code: 'media_frame_rate_unknown' }],
    });
  });

  test('that is read in part only is not taken for cut off', async () => {
    expect(clip('dense.ts').length).toBeGreaterThan(2_000_000);
    expect((await probe(clip('dense.ts'))).verdict).toMatchObject({ verdict: 'ok', warnings: [] });
  });

  test.each(['plain.ts', 'dense.ts', 'timed.m2ts'])('%s cut within a packet is', async (name) => {
    const half = clip(name).subarray(0, Math.floor(clip(name).length / 384) * 192 + 100);
    expect(JSON.stringify((await probe(half)).verdict)).toContain('media_cut_off');
  });

  test('of 97 s is too long', async () => {
    expect((await probe(clip('long.ts'))).verdict).toMatchObject({
      code: 'media_too_long',
      message: expect.stringMatching(/^97\.0 s, /) as string,
    });
  });

  test('is not judged by one broken stamp', async () => {
    const content = Buffer.from(clip('plain.ts'));
    // The header of some picture in the middle; half an hour is put upon its time.
    const at = content.indexOf(Buffer.from([0, 0, 1, 0xe0]), content.length / 2);
    for (const stamp of [at + 9, at + 14])
      content.writeUInt8(content.readUInt8(stamp + 1) ^ 0x80, stamp + 1);
    expect((await probe(content)).verdict).toMatchObject({
      verdict: 'ok',
      media: { durationSeconds: expect.closeTo(1, 1) as number },
    });
  });

  test('of any bytes is read without an error', () => {
    const whole = clip('plain.ts').subarray(0, 188 * 60);
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 40 });
    fc.assert(
      fc.property(changes, fc.nat(whole.length), (changed, end) => {
        const copy = Buffer.from(whole);
        for (const [at, value] of changed) copy[at] = value;
        const head = copy.subarray(0, end);
        readTimes({ head, tail: head, tailStart: 0, sizeBytes: end });
      }),
      { numRuns: 500 },
    );
  });
});

describe.skipIf(!hasFfmpeg)('a fragmented file', () => {
  test.each(['indexed.mp4', 'bare.mp4', 'begun.mp4', 'few.mp4'])(
    '%s is known from a small part of it',
    async (name) => {
      const content = clip(name);
      expect(content.length).toBeGreaterThan(3_000_000);
      const { verdict, bytes } = await probe(content);
      expect(verdict).toMatchObject({
        verdict: 'ok',
        warnings: [],
        media: {
          durationSeconds: expect.closeTo(8, 0) as number,
          frameRate: expect.closeTo(24, 1) as number,
        },
      });
      expect(bytes).toBeLessThan(content.length / 3);
    },
  );

  test('whose rate varies is judged by all of it', async () => {
    expect(clip('lively.mp4').length).toBeGreaterThan(3_000_000);
    expect((await probe(clip('lively.mp4'))).verdict).toMatchObject({
      verdict: 'ok',
      warnings: [{ code: 'media_frame_rate_variable' }],
      media: { frameRate: expect.closeTo(16.7, 0) as number },
    });
  });

  test('of 97 s is too long', async () => {
    const { verdict, bytes } = await probe(clip('long.mp4'));
    expect(verdict).toMatchObject({
      code: 'media_too_long',
      message: expect.stringMatching(/^97\.0 s, /) as string,
    });
    expect(bytes).toBeLessThan(clip('long.mp4').length / 4);
  });

  test.each(['indexed.mp4', 'bare.mp4', 'begun.mp4', 'few.mp4', 'long.mp4'])(
    '%s that is cut off is told, and no longer than it is',
    async (name) => {
      const half = clip(name).subarray(0, Math.floor(clip(name).length / 2));
      const { verdict, bytes } = await probe(half);
      expect(verdict).toMatchObject({ verdict: 'ok', media: { cutOff: true } });
      expect(bytes).toBeLessThan(half.length / 2);
    },
  );

  test('of any bytes is read without an error', async () => {
    const whole = clip('long.mp4').subarray(0, 60_000);
    const header = fc.nat(5_000);
    const changes = fc.array(fc.tuple(header, fc.nat(255)), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(changes, fc.nat(whole.length), async (changed, end) => {
        const copy = Buffer.from(whole);
        for (const [at, value] of changed) copy[at] = value;
        const file = copy.subarray(0, end);
        const part = (from: number, length: number) =>
          Promise.resolve(file.subarray(from, from + length));
        const bounds = { maxBytes: 1e6, maxRequests: 40 };
        await readFragments(rangedBlocks(file.subarray(0, 100), end, part, bounds), end);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the rate of steps', () => {
  const row = (count: number, step: number) => Array.from({ length: count }, () => step);
  test.each([
    ['all alike', row(50, 0.04), 25, false],
    ['rounded to milliseconds', [...row(34, 0.033), ...row(16, 0.034)], 30, false],
    ['with some pictures lost', [...row(97, 0.04), ...row(3, 0.08)], 25, false],
    ['of two kinds', [...row(50, 0.04), ...row(50, 0.08)], 16.67, true],
    ['with few long waits', [...row(96, 0.033), ...row(4, 2)], 8.95, true],
  ])('%s', (_what, steps, frameRate, variableFrameRate) => {
    const rate = rateOfSteps(steps);
    expect(rate).toMatchObject({ variableFrameRate });
    expect(Math.abs((rate?.frameRate ?? 0) / frameRate - 1)).toBeLessThan(0.01);
  });

  test('of a few is not told', () => {
    expect(rateOfSteps([0.04, 0.04])).toBeUndefined();
    expect(rateOfSteps(row(50, 0))).toBeUndefined();
  });
});

describe('pictures are counted', () => {
  const units = (...all: number[][]) => Buffer.from(all.flatMap((unit) => [0, 0, 1, ...unit]));
  test.each([
    ['by the delimiters of H.264', units([9, 0xf0], [0x65, 0x88], [9, 0xf0], [0x41, 0x9a]), 2],
    [
      'by first slices without them',
      units([0x67, 66], [0x65, 0x88], [0x65, 0x40], [0x41, 0x9a]),
      2,
    ],
    ['by the delimiters of HEVC', units([0x40, 1, 12], [0x46, 1, 80], [0x26, 1, 0xaf]), 1],
    [
      'by first slices of HEVC',
      units([0x40, 1, 12], [0x26, 1, 0xaf], [2, 1, 0xd0], [2, 1, 0x40]),
      2,
    ],
    ['but not in other bytes', Buffer.alloc(100, 0x47), 0],
  ])('%s', (_how, bytes, count) => {
    expect(countPictures(bytes)).toBe(count);
  });
});
