// Files are judged by what they are made of: not by their brand, and not as whole when they are cut.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { MediaFacts } from '../../media/facts.js';
import { probeClip } from '../../media/probe-clip.js';
import type { ProbeVerdict } from '../../media/verdict.js';
import { createGuardedFetch } from '../../net/guarded-fetch.js';
import { serve } from '../net/servers.js';
import { handOut, hasFfmpeg, makeClips, picture, SOUND } from './clips.js';
import { openAnalyzer } from './support.js';

const AVC = '-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac';
const KEYS =
  '-encryption_scheme cenc-aes-ctr -encryption_key 76a6c65c5ea762046bd749a2e632ccbb ' +
  '-encryption_kid a7e61c373e219033c21091fa607bf3b8';

const RECIPES: Record<string, string> = {
  'plain.mp4': `${picture()} ${SOUND} ${AVC}`,
  'first.mp4': `${picture()} ${SOUND} ${AVC} -movflags +faststart`,
  'cmaf.mp4': `${picture()} ${SOUND} ${AVC} -movflags cmaf`,
  'plain.mov': `${picture()} ${SOUND} ${AVC}`,
  'plain.avi': `${picture()} ${SOUND} -c:v mpeg4 -c:a mp3`,
  'plain.mkv': `${picture()} ${SOUND} ${AVC}`,
  'plain.ts': `${picture()} ${SOUND} -c:v mpeg2video -c:a mp2`,
  'plain.flv': `${picture()} ${SOUND} -c:v flv -ar 44100 -c:a mp3`,
  'plain.mpg': `${picture()} ${SOUND} -c:v mpeg2video -c:a mp2 -f vob`,
  'digital.mkv': `${picture('720x576')} -c:v dvvideo -pix_fmt yuv420p`,
  'other.webm': `${picture()} -c:v libvpx -deadline realtime`,
  'cenc.mp4': `${picture()} ${AVC} ${KEYS}`,
  'slow-vfr.mp4': `${picture('640x360', '30', 4)} -vf select='not(mod(n\\,4))+lt(n\\,6)' -fps_mode vfr ${AVC}`,
  'sound.m4a': `${SOUND} -c:a aac`,
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

async function probe(content: Buffer): Promise<ProbeVerdict> {
  const server = await serve(handOut(new Map([['clip', content]])));
  const fetch = createGuardedFetch({ allowHosts: ['127.0.0.1'] });
  onTestFinished(() => fetch.close());
  return probeClip(`${server.origin}/clip`, { fetch, analyzer });
}

function begun(name: string, share: number): Buffer {
  const content = clip(name);
  return content.subarray(0, Math.floor(content.length * share));
}

function branded(brand: string): Buffer {
  const content = Buffer.from(clip('plain.mp4'));
  content.write(brand, 8, 'latin1');
  return content;
}

const FACTS: Partial<MediaFacts> = { frameRate: 25, width: 640, height: 360 };

describe.skipIf(!hasFfmpeg)('an ISO base media file is MP4', () => {
  test.each([
    'isom',
    'iso6',
    'iso9',
    'dash',
    'XAVC',
    'msdh',
    'mp71',
    'f4v ',
    'NDSC',
    'qt  ',
    '????',
  ])('with brand "%s"', async (brand) => {
    expect(await probe(branded(brand))).toMatchObject({
      verdict: 'ok',
      warnings: [],
      media: { format: 'MPEG-4', ...FACTS },
    });
  });

  test.each([
    '3gp4',
    '3gp5',
    '3gp6',
    '3gp7',
    '3gr6',
    '3gs7',
    '3ge6',
    '3gg6',
    '3g2a',
    '3g2b',
    '3g2c',
  ])('of the 3GP family with brand %s', async (brand) => {
    expect(await probe(branded(brand))).toMatchObject({
      verdict: 'ok',
      warnings: [{ code: 'media_format_unclear' }],
      media: { format: '3GP', ...FACTS },
    });
  });

  test('in fragments with a common format', async () => {
    expect(await probe(clip('cmaf.mp4'))).toMatchObject({ verdict: 'ok', media: FACTS });
  });

  test.each(['wide', 'free', 'skip'])(
    'without a brand, as QuickTime wrote it: %s',
    async (type) => {
      const content = Buffer.from(clip('plain.mov'));
      content.write(type, 4, 'latin1');
      expect(await probe(content)).toMatchObject({ verdict: 'ok', warnings: [], media: FACTS });
    },
  );

  test.each(['avif', 'heic', 'mif1'])(
    'but not a still picture in such boxes: %s',
    async (brand) => {
      const content = Buffer.alloc(1_000);
      content.write(`\0\0\0\x14ftyp${brand}\0\0\0\0mif1`, 'latin1');
      content.writeUInt32BE(980, 20);
      content.write('meta', 24, 'latin1');
      expect(await probe(content)).toMatchObject({ code: 'media_format' });
    },
  );
});

describe.skipIf(!hasFfmpeg)('a file of EBML elements is what it says', () => {
  test('whatever is in it', async () => {
    expect(await probe(clip('digital.mkv'))).toMatchObject({
      verdict: 'ok',
      warnings: [],
      media: { format: 'Matroska', frameRate: 25, height: 576 },
    });
  });

  test('and WebM is not taken', async () => {
    expect(await probe(clip('other.webm'))).toMatchObject({
      code: 'media_format',
      media: { format: 'WebM' },
    });
  });
});

describe.skipIf(!hasFfmpeg)('a file that is cut off', () => {
  test.each([
    ['first.mp4', 0.5],
    ['plain.avi', 0.5],
    ['plain.mkv', 0.5],
    ['plain.flv', 0.5],
    ['plain.mpg', 0.51],
    // Within the index, so that most of it is there.
    ['plain.mp4', 0.999],
  ])('%s is told (%d of it)', async (name, share) => {
    expect(await probe(begun(name, share))).toMatchObject({
      verdict: 'ok',
      warnings: [{ code: 'media_cut_off' }],
    });
  });

  test.each([
    ['plain.mp4', 0.6],
    ['plain.mov', 0.6],
    ['cmaf.mp4', 0.002],
  ])('%s without its index (%d of it) is rejected as such', async (name, share) => {
    expect(await probe(begun(name, share))).toMatchObject({
      verdict: 'rejected',
      code: 'media_cut_off',
      message: 'the file is cut off: its index is missing',
    });
  });

  test('sound alone is whole', async () => {
    expect(await probe(clip('sound.m4a'))).toMatchObject({ code: 'media_no_video' });
  });

  test('a stream cut between two packets is told, for its last picture is not whole', async () => {
    const content = clip('plain.ts');
    // A packet that goes on with something, and is full.
    let at = Math.floor(content.length / 376) * 188;
    while (content.readUInt16BE(at + 1) !== 0x100 || (content.readUInt8(at + 3) & 0x30) !== 0x10) {
      at += 188;
    }
    expect(await probe(content.subarray(0, at + 188))).toMatchObject({
      verdict: 'ok',
      warnings: [{ code: 'media_cut_off' }],
    });
  });

  test.each([
    ...['plain.mp4', 'first.mp4', 'plain.mov', 'plain.avi', 'plain.mkv', 'plain.ts'],
    ...['plain.flv', 'plain.mpg'],
  ])('%s as a whole is not taken for one', async (name) => {
    expect(await probe(clip(name))).toMatchObject({ verdict: 'ok', warnings: [] });
  });
});

describe.skipIf(!hasFfmpeg)('what the file tells', () => {
  test('an AVI file on which the parser gives up is read by its header', async () => {
    const content = Buffer.from(clip('plain.avi'));
    content.write('PENTAX K-x\0\0', content.indexOf('ISFT') + 8, 'latin1');
    expect(await probe(content)).toMatchObject({
      verdict: 'ok',
      warnings: [],
      media: {
        format: 'AVI',
        durationSeconds: expect.closeTo(1, 1) as number,
        hasOtherTracks: true,
        ...FACTS,
      },
    });
  });

  test('an encrypted video is rejected', async () => {
    expect(await probe(clip('cenc.mp4'))).toMatchObject({
      verdict: 'rejected',
      code: 'media_encrypted',
    });
  });

  test('a variable rate with an average far below the limit is rejected', async () => {
    expect(await probe(clip('slow-vfr.mp4'))).toMatchObject({
      verdict: 'rejected',
      code: 'media_frame_rate',
      message: expect.stringMatching(/^varies, \d\.\d+ FPS on average; /) as string,
    });
  });

  test('packets with error correction behind them are a transport stream', async () => {
    const packets = clip('plain.ts');
    const longer = Array.from({ length: packets.length / 188 }, (_, at) =>
      Buffer.concat([packets.subarray(at * 188, (at + 1) * 188), Buffer.alloc(16, 0xa5)]),
    );
    expect(await probe(Buffer.concat(longer))).toMatchObject({
      verdict: 'ok',
      warnings: [],
      media: FACTS,
    });
  });
});
