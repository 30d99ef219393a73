import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describe as look } from '../../../media/ffmpeg/describe.js';
import { FfmpegError, openFfmpeg } from '../../../media/ffmpeg/ffmpeg.js';
import { makeProxy } from '../../../media/fit/make-proxy.js';
import { probeClip } from '../../../media/probe-clip.js';
import { createGuardedFetch } from '../../../net/guarded-fetch.js';
import { hasFfmpeg, makeClips, picture, SOUND, turned } from '../clips.js';
import { openAnalyzer } from '../support.js';

const X264 = '-c:v libx264 -preset ultrafast';
const TWO_RATES = '-f lavfi -i testsrc=s=640x360:r=60:d=1 -f lavfi -i testsrc=s=640x360:r=5:d=2';

/** Inputs as people have them, none of which the vendor takes as it is, but where noted. */
const INPUTS: Record<string, string> = {
  'vp9.webm': `${picture('640x480', '25', 2)} ${SOUND} -c:v libvpx-vp9 -deadline realtime -c:a libopus`,
  'windows.wmv': `${picture('640x480', '25', 2)} ${SOUND} -c:v wmv2 -c:a wmav2`,
  'phone.3gp': `${picture('352x288', '15', 2)} -c:v h263`,
  'prores.mov': `${picture('1920x1200', '25', 1)} -c:v prores_ks`,
  'hevc-10-bit.mp4': `${picture('2048x1152', '30', 1)} -c:v libx265 -pix_fmt yuv420p10le -preset ultrafast`,
  'rotated.mov': `${picture('320x240', '25', 2)} ${X264}`,
  'interlaced.mkv': `${picture('720x300', '25', 2)} -vf interlace -c:v mpeg2video -flags +ilme+ildct`,
  'varying.mkv': `${TWO_RATES} -filter_complex concat -fps_mode vfr ${X264}`,
  'silent.ogv': `${picture('640x360', '25', 2)} -c:v libtheora`,
  '4k.mp4': `${picture('3840x2160', '30', 1)} ${X264}`,
  '120-fps.mp4': `${picture('640x360', '120', 2)} ${X264}`,
  '5-fps.avi': `${picture('640x360', '5', 2)} -c:v mpeg4`,
  'tiny.mp4': `${picture('128x96', '25', 2)} ${X264}`,
  'ribbon.mkv': `${picture('4000x100', '25', 1)} ${X264}`,
  'tall-pixels.mpg': `${picture('352x288', '25', 2)} -vf setsar=2/1 -c:v mpeg2video`,
  'late-picture.mkv': `-itsoffset 0.6 ${picture('128x96', '25', 2)} -f lavfi -i sine=duration=3 ${X264}`,
  'picture.gif': picture('128x96', '10', 2),
  'cover-first.mov': `${picture('64x64', '1', 1)} ${picture('128x96', '25', 2)} -map 0 -map 1 -c:v:0 png -disposition:v:0 attached_pic -c:v:1 libx264`,
};

describe.skipIf(!hasFfmpeg)('a proxy', () => {
  const analyzer = openAnalyzer();
  const fetch = createGuardedFetch();
  const ffmpeg = openFfmpeg('ffmpeg', process.env);
  const probe = (link: string) => probeClip(link, { fetch, analyzer });
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reelscore-fit-'));
    for (const [name, content] of await makeClips(INPUTS))
      await writeFile(join(folder, name), name === 'rotated.mov' ? turned(content) : content);
  });
  afterAll(async () => {
    analyzer.close();
    await fetch.close();
    await rm(folder, { recursive: true });
  });

  test.for(Object.keys(INPUTS))('of %s is what the vendor takes', async (name) => {
    const from = join(folder, name);
    const before = await readFile(from);
    const found = await look(ffmpeg, from);
    const { video } = found;
    const seconds = video?.seconds ?? found.seconds;
    if (!video || seconds === undefined) throw new Error(`${name} has no video`);
    const to = pathToFileURL(join(folder, `${name}.proxy.mp4`));
    const said = await makeProxy(
      { ffmpeg, probe },
      { from, to, video, cut: { start: 0, seconds } },
    );

    expect(await probe(to.href)).toMatchObject({
      verdict: 'ok',
      warnings: [],
      media: { format: 'MPEG-4', hasVideo: true, hasOtherTracks: false, variableFrameRate: false },
    });
    // Another opinion than our own prober's.
    const proxy = await look(ffmpeg, join(folder, `${name}.proxy.mp4`));
    expect(proxy.audio).toBeUndefined();
    const { width = 0, height = 0, frameRate = 0, codec } = proxy.video ?? {};
    expect(codec).toBe('h264');
    expect(Math.min(width, height)).toBeGreaterThanOrEqual(360);
    expect(Math.min(width, height)).toBeLessThanOrEqual(1080);
    expect(frameRate).toBeGreaterThanOrEqual(15);
    expect(frameRate).toBeLessThanOrEqual(60);
    // Matroska's end of a picture that begins late is that of its timestamps.
    expect(proxy.seconds).toBeGreaterThan(seconds - 0.11);
    expect(proxy.seconds).toBeLessThan(seconds + 0.11);
    expect(said).toContain(`${width}x${height}`);
    if (name === 'rotated.mov') expect([width, height]).toEqual([360, 480]);
    if (name !== 'ribbon.mkv') expect(width / height).toBeCloseTo(video.width / video.height, 1);
    expect(before.equals(await readFile(from))).toBe(true);
  });

  test('can be of a part', async () => {
    const from = join(folder, 'vp9.webm');
    const { video } = await look(ffmpeg, from);
    const to = pathToFileURL(join(folder, 'part.mp4'));
    await makeProxy(
      { ffmpeg, probe },
      { from, to, video: video!, cut: { start: 0.5, seconds: 1 } },
    );
    expect((await look(ffmpeg, join(folder, 'part.mp4'))).seconds).toBeCloseTo(1, 1);
  });

  test('is not made of a playlist, which could name any file of this machine', async () => {
    const secret = join(folder, 'tiny.mp4');
    const lists = {
      'list.mp4': `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:${secret}\n#EXT-X-ENDLIST\n`,
      'concat.mp4': `ffconcat version 1.0\nfile '${secret}'\n`,
    };
    for (const [name, text] of Object.entries(lists)) {
      await writeFile(join(folder, name), text);
      await expect(look(ffmpeg, join(folder, name))).rejects.toThrow(FfmpegError);
    }
  });

  test('is not made on when it is not wanted any more, and leaves no process', async () => {
    const stop = new AbortController();
    const made = ffmpeg.run(
      ['-re', '-f', 'lavfi', '-i', 'testsrc=duration=600', '-f', 'null', '-'],
      { signal: stop.signal, onProgress: () => stop.abort(new Error('stop')) },
    );
    await expect(made).rejects.toThrow('stop');
  });
});
