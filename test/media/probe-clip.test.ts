import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { probeClip } from '../../media/probe-clip.js';
import type { MediaFacts } from '../../media/facts.js';
import type { ProbeVerdict } from '../../media/verdict.js';
import { createGuardedFetch } from '../../net/guarded-fetch.js';
import { serve } from '../net/servers.js';
import { openAnalyzer } from './support.js';
import { handOut, handOutWhole, hasFfmpeg, makeClips, picture, SOUND, turned } from './clips.js';

const AVC = '-c:v libx264 -preset ultrafast -c:a aac';
const STILL = '-c:v mpeg4';

const RECIPES: Record<string, string> = {
  'nine.mp4': `${picture()} ${SOUND} ${AVC}`,
  'nine.mov': `${picture()} ${SOUND} ${AVC}`,
  'nine.avi': `${picture()} ${SOUND} -c:v mpeg4 -c:a mp3`,
  'nine.m4v': `${picture()} ${SOUND} ${AVC}`,
  'nine.mkv': `${picture()} ${SOUND} ${AVC}`,
  'nine.ts': `${picture()} ${SOUND} -c:v mpeg2video -c:a mp2`,
  'nine.flv': `${picture()} ${SOUND} -c:v flv -ar 44100 -c:a mp3`,
  'nine.mpg': `${picture()} ${SOUND} -c:v mpeg1video -c:a mp2`,
  'nine.mpeg': `${picture()} ${SOUND} -c:v mpeg2video -c:a mp2 -f vob`,
  'bare.m2v': `${picture()} -c:v mpeg2video`,
  'long.mp4': `${picture('640x360', '15', 96, 'color')} ${STILL}`,
  'long.ts': `${picture('640x360', '15', 96, 'testsrc2')} -c:v mpeg2video -qscale:v 31`,
  // So dense that what lies between its ends would be missed, were bit rate asked and not time.
  'dense.ts': `${picture('640x360', '25', 8, 'testsrc2')} -c:v mpeg2video -qscale:v 2`,
  // Some 3 MB in fragments of half a second.
  'fragments.mp4': `${picture('640x360', '24', 4, 'testsrc2')} -c:v mpeg4 -qscale:v 1 -g 12 -movflags frag_keyframe+empty_moov`,
  'slow.mp4': `${picture('640x360', '10')} ${STILL}`,
  'fast.mp4': `${picture('640x360', '100')} ${STILL}`,
  'ntsc15.mp4': `${picture('640x360', '15000/1001', 2)} ${STILL}`,
  'ntsc60.mkv': `${picture('640x360', '60000/1001')} ${STILL}`,
  'small.mp4': `${picture('426x240')} ${STILL}`,
  'uhd.mp4': `${picture('3840x2160', '25', 0.2, 'color')} ${STILL}`,
  'vertical.mp4': `${picture('1080x1920', '25', 0.2)} ${STILL}`,
  'sound.m4a': `${SOUND} -c:a aac`,
  'sound.mp3': `${SOUND} -c:a mp3`,
  'still.png': `${picture()} -frames:v 1`,
  'other.webm': `${picture()} -c:v libvpx -deadline realtime`,
  'vfr.mp4': `${picture('640x360', '30')} -vf select='not(eq(mod(n\\,7)\\,3))' -fps_mode vfr ${AVC}`,
  // Uncompressed, so that the description lies behind 11 MB.
  'end.mov': `${picture()} -c:v rawvideo -pix_fmt uyvy422`,
  'front.mov': `${picture()} -c:v rawvideo -pix_fmt uyvy422 -movflags +faststart`,
  'far-end.mov': `${picture('640x360', '25', 2)} -c:v rawvideo -pix_fmt uyvy422`,
};

function clipOf(made: ReadonlyMap<string, Buffer>, name: string): Buffer {
  return made.get(name) ?? expect.fail(`no ${name}`);
}

let files: ReadonlyMap<string, Buffer> = new Map();
beforeAll(async () => {
  if (!hasFfmpeg) return;
  const made = await makeClips(RECIPES);
  files = new Map([...made, ['rotated.mp4', turned(clipOf(made, 'vertical.mp4'))]]);
});

function clip(name: string): Buffer {
  return clipOf(files, name);
}

const analyzer = openAnalyzer({ parsers: 2 });
afterAll(() => analyzer.close());

function probing() {
  const fetch = createGuardedFetch({ allowHosts: ['127.0.0.1'] });
  onTestFinished(() => fetch.close());
  return { fetch, analyzer };
}

/** Probes a file from a server with range support; counts what it took. */
async function probe(name: string) {
  const server = await serve(handOut(files));
  const verdict = await probeClip(`${server.origin}/${name}`, probing());
  return { verdict, requests: server.seen.length };
}

function media(verdict: ProbeVerdict): MediaFacts {
  expect(verdict.verdict).not.toBe('unreachable');
  const facts = 'media' in verdict ? verdict.media : undefined;
  return facts ?? expect.fail('no facts');
}

describe.skipIf(!hasFfmpeg)('content', () => {
  test.each([
    ['nine.mp4', 'MPEG-4'],
    ['nine.mov', 'MPEG-4'],
    ['nine.avi', 'AVI'],
    ['nine.m4v', 'MPEG-4'],
    ['nine.mkv', 'Matroska'],
    ['nine.ts', 'MPEG-TS'],
    ['nine.flv', 'Flash Video'],
    ['nine.mpg', 'MPEG-PS'],
    ['nine.mpeg', 'MPEG-PS'],
    ['bare.m2v', 'MPEG Video'],
  ])('%s is one of the nine formats, told whole by one request', async (name, format) => {
    const { verdict, requests } = await probe(name);
    expect(verdict).toMatchObject({
      verdict: 'ok',
      warnings: [],
      media: { format, frameRate: 25, width: 640, height: 360, sizeBytes: clip(name).length },
    });
    expect(media(verdict).durationSeconds).toBeCloseTo(1, 0);
    expect(requests).toBe(1);
  });

  test('the name does not matter', async () => {
    files = new Map([...files, ['clip.mp4', clip('other.webm')], ['page.html', clip('nine.avi')]]);
    expect((await probe('clip.mp4')).verdict).toMatchObject({ code: 'media_format' });
    expect((await probe('page.html')).verdict).toMatchObject({ verdict: 'ok' });
  });

  test.each([
    ['long.mp4', 'media_too_long', '96.0 s, the vendor takes at most 95 s'],
    ['long.ts', 'media_too_long', ' s, the vendor takes at most 95 s'],
    ['slow.mp4', 'media_frame_rate', '10 FPS, the vendor takes 15 to 60 FPS'],
    ['fast.mp4', 'media_frame_rate', '100 FPS, the vendor takes 15 to 60 FPS'],
    ['small.mp4', 'media_resolution', '426x240 is 240p (shorter side)'],
    ['uhd.mp4', 'media_resolution', '3840x2160 is 2160p (shorter side)'],
    ['sound.m4a', 'media_no_video', 'the MPEG-4 file has no video track'],
    ['sound.mp3', 'media_format', 'the content is MPEG Audio'],
    ['still.png', 'media_format', 'the content is PNG'],
    ['other.webm', 'media_format', 'the content is WebM'],
  ])('%s is rejected: %s', async (name, code, message) => {
    const { verdict } = await probe(name);
    expect(verdict).toMatchObject({ verdict: 'rejected', code });
    expect(verdict).toHaveProperty('message', expect.stringContaining(message));
  });

  test.each([
    ['ntsc15.mp4', { frameRate: 14.985 }],
    ['ntsc60.mkv', { frameRate: 59.94 }],
    ['vertical.mp4', { width: 1080, height: 1920 }],
    ['rotated.mp4', { width: 1080, height: 1920 }],
    ['end.mov', { durationSeconds: 1, frameRate: 25 }],
    ['front.mov', { durationSeconds: 1, frameRate: 25 }],
  ])('%s fits', async (name, facts) => {
    expect((await probe(name)).verdict).toMatchObject({
      verdict: 'ok',
      warnings: [],
      media: facts,
    });
  });

  test('a variable rate is a warning', async () => {
    const code = 'media_frame_rate_variable';
    expect((await probe('vfr.mp4')).verdict).toMatchObject({ verdict: 'ok', warnings: [{ code }] });
  });

  test('a description at the end of a large file takes few requests', async () => {
    const { verdict, requests } = await probe('far-end.mov');
    expect(verdict).toMatchObject({ verdict: 'ok', media: { durationSeconds: 2 } });
    expect(clip('far-end.mov').length).toBeGreaterThan(20_000_000);
    expect(requests).toBeLessThanOrEqual(4);
  });

  test('the ends of a long stream tell its duration', async () => {
    const { verdict, requests } = await probe('long.ts');
    const blocks = Math.ceil(clip('long.ts').length / 262_144);
    expect(blocks).toBeGreaterThan(9);
    expect(requests).toBeLessThanOrEqual(6);
    expect(Math.abs((media(verdict).durationSeconds ?? 0) - 96)).toBeLessThan(0.5);
  });

  test('the duration of a stream comes from its timestamps, not from its bit rate', async () => {
    expect(clip('dense.ts').length).toBeGreaterThan(2_000_000);
    const { durationSeconds = 0 } = media((await probe('dense.ts')).verdict);
    expect(Math.abs(durationSeconds - 8)).toBeLessThan(0.1);
  });

  test('many clips at once share the parsers', async () => {
    const server = await serve(handOut(files));
    const deps = probing();
    const names = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 'nine.mp4' : 'slow.mp4'));
    const verdicts = await Promise.all(
      names.map((name) => probeClip(`${server.origin}/${name}`, deps)),
    );
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(
      names.map((name) => (name === 'nine.mp4' ? 'ok' : 'rejected')),
    );
  });
});

describe.skipIf(!hasFfmpeg)('servers without range requests', () => {
  async function probeWhole(content: Buffer): Promise<ProbeVerdict> {
    const server = await serve(handOutWhole(content));
    return probeClip(server.origin, probing());
  }

  test.each(['nine.mp4', 'nine.ts', 'end.mov'])('%s is read on', async (name) => {
    expect(await probeWhole(clip(name))).toMatchObject({ verdict: 'ok', warnings: [] });
  });

  test('a description out of reach is a warning', async () => {
    const verdict = await probeWhole(clip('far-end.mov'));
    expect(verdict).toMatchObject({ verdict: 'ok', warnings: [{ code: 'media_not_checked' }] });
  });

  test.each(['long.ts', 'fragments.mp4'])(
    'of %s, read in part only, the duration is not guessed',
    async (name) => {
      expect(clip(name).length).toBeGreaterThan(1_500_000);
      const server = await serve(handOutWhole(clip(name)));
      const limits = { probe: { maxReadBytes: 1_048_576 } };
      const verdict = await probeClip(server.origin, probing(), limits);
      expect(verdict).toMatchObject({ verdict: 'ok' });
      expect(media(verdict).durationSeconds).toBeUndefined();
      expect(JSON.stringify(verdict)).toContain('media_duration_unknown');
    },
  );

  test('a size that nobody tells is found by reading', async () => {
    const server = await serve((request, response) => {
      if (request.method === 'HEAD') response.writeHead(405).end();
      else response.write(clip('nine.mp4'), () => response.end());
    });
    expect(await probeClip(server.origin, probing())).toMatchObject({
      verdict: 'ok',
      warnings: [],
      media: { sizeBytes: clip('nine.mp4').length },
    });
    expect(server.seen).toEqual(['GET /', 'HEAD /']);
  });

  test('a size that only HEAD tells is taken from there', async () => {
    const server = await serve((request, response) => {
      if (request.method === 'HEAD') response.setHeader('content-length', 130_000_000).end();
      else response.write(clip('nine.mp4'));
    });
    expect(await probeClip(server.origin, probing())).toMatchObject({
      verdict: 'rejected',
      code: 'media_too_large',
      message: '130.0 MB, the vendor takes at most 120 MB',
    });
  });
});
