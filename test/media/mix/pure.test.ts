import { describe, expect, test } from 'vitest';
import type { FileDescription } from '../../../media/ffmpeg/describe.js';
import { FfmpegError } from '../../../media/ffmpeg/ffmpeg.js';
import { planOf } from '../../../media/mix/audio-plan.js';
import { carriedOf } from '../../../media/mix/carried.js';
import { containerOf, videoExtension } from '../../../media/mix/container.js';
import { mixGraph, type Master } from '../../../media/mix/graph.js';
import { levelsOf } from '../../../media/mix/levels.js';
import { isAudible, parseLoudness, type Loudness } from '../../../media/mix/loudness.js';
import { betterMaster, masterFor } from '../../../media/mix/master.js';
import { heardSamples } from '../../../media/mix/music-ends.js';
import { musicShape, timesHeard } from '../../../media/mix/music-shape.js';
import { pictureReader } from '../../../media/mix/picture.js';
import { passesOf } from '../../../media/mix/progress.js';

const VIDEO = {
  ...{ index: 0, codec: 'h264', width: 640, height: 360, interlaced: false },
  startSeconds: 0,
};
const AUDIO = { index: 1, codec: 'aac', sampleRate: 48_000, channels: 2, startSeconds: 0 };
const STEREO = { ...AUDIO, layout: 'stereo' };

function file(container: string, codec = 'h264', more: Partial<FileDescription> = {}) {
  const video = { ...VIDEO, codec };
  return { container, startSeconds: 0, audioTracks: 1, subtitles: [], video, ...more };
}

const MP4 = 'mov,mp4,m4a,3gp,3g2,mj2';

describe('the container of a finished video', () => {
  test.for<[container: string, codec: string, brand: string | undefined, extension: string]>([
    [MP4, 'h264', 'isom', '.mp4'],
    [MP4, 'hevc', 'mp42', '.mp4'],
    [MP4, 'h264', 'M4V', '.mp4'],
    [MP4, 'prores', 'isom', '.mov'],
    [MP4, 'h264', 'qt', '.mov'],
    [MP4, 'prores', undefined, '.mov'],
    [MP4, 'h263', '3gp4', '.3gp'],
    [MP4, 'hevc', '3gp6', '.mov'],
    ['matroska,webm', 'vp9', undefined, '.mkv'],
    ['mpegts', 'h264', undefined, '.ts'],
    ['mpegts', 'vc1', undefined, '.mkv'],
    ['flv', 'h264', undefined, '.flv'],
    ['flv', 'hevc', undefined, '.mkv'],
    ['avi', 'mpeg4', undefined, '.mkv'],
    ['asf', 'wmv3', undefined, '.mkv'],
    ['mpeg', 'mpeg2video', undefined, '.mkv'],
    ['ogg', 'theora', undefined, '.mkv'],
    ['mxf', 'mpeg2video', undefined, '.mkv'],
    ['gif', 'gif', undefined, '.mov'],
  ])('of %s with %s (%s) is %s', ([container, codec, brand, extension]) => {
    const clip = file(container, codec, brand === undefined ? {} : { brand });
    expect(videoExtension(clip)).toBe(extension);
    expect(containerOf(clip).extension).toBe(extension);
  });

  test('is the own one where the sound is kept', () => {
    expect(videoExtension(file('avi'), 'keep')).toBe('.avi');
    expect(videoExtension(file('asf'), 'keep')).toBe('.wmv');
    expect(videoExtension(file('mpeg'), 'keep')).toBe('.mpg');
    expect(videoExtension(file('matroska,webm'), 'keep')).toBe('.mkv');
    const web = file('matroska,webm', 'vp9', { audio: { ...AUDIO, codec: 'opus' } });
    expect(videoExtension(web, 'keep')).toBe('.webm');
    expect(videoExtension(web, 'duck')).toBe('.mkv');
  });

  test('holds some subtitles, and names the others', () => {
    const subtitles = [
      { index: 2, codec: 'subrip' },
      { index: 3, codec: 'mov_text' },
    ];
    const tracks = { audioTracks: 3, subtitles };
    const left = '2 more audio tracks';
    expect(carriedOf(tracks, containerOf(file('matroska,webm')))).toEqual({
      ...{ subtitles: [2], dropped: [left, 'subtitles (mov_text)'] },
    });
    expect(carriedOf(tracks, containerOf(file(MP4, 'h264', { brand: 'isom' })))).toEqual({
      ...{ subtitles: [3], dropped: [left, 'subtitles (subrip)'] },
    });
    expect(carriedOf({ audioTracks: 0, subtitles: [] }, containerOf(file('flv')))).toEqual({
      ...{ subtitles: [], dropped: [] },
    });
  });
});

describe('what is heard', () => {
  test('is the music alone where the clip has no sound', () => {
    expect(planOf(undefined, true)).toBe('duck');
    expect(planOf(undefined, false)).toBe('replace');
    expect(planOf('under', true)).toBe('under');
    expect(planOf('under', false)).toBe('replace');
    expect(planOf('replace', true)).toBe('replace');
    expect(planOf('keep', false)).toBe('keep');
  });

  test('has levels that follow the voice, but not down to noise', () => {
    const music = { loudness: -10, peak: -1 };
    const at = (loudness: number): Loudness => ({ loudness, peak: loudness + 12 });
    expect(levelsOf('duck', music, at(-20))).toEqual({ musicGain: -13, duckAbove: -40 });
    expect(levelsOf('duck', music, at(-30))).toEqual({ musicGain: -23, duckAbove: -50 });
    expect(levelsOf('duck', music, at(-65))).toEqual({ musicGain: -33, duckAbove: -60 });
    expect(levelsOf('under', music, at(-20))).toEqual({ musicGain: -22 });
    expect(levelsOf('replace', music, at(-20))).toEqual({ musicGain: 0 });
    expect(levelsOf('duck', music)).toEqual({ musicGain: 0 });
  });
});

describe('of what ffmpeg tells', () => {
  const SAID = [
    '[Parsed_ebur128_3 @ 0x55] Summary:',
    '  Integrated loudness:',
    '    I:         -25.4 LUFS',
    '    Threshold: -36.2 LUFS',
    '  True peak:',
    '    Peak:      -20.8 dBFS',
  ];
  const saidBy = (loudness: string, peak: string): string[] =>
    SAID.map((line) => line.replace('-25.4', loudness).replace('-20.8', peak));

  test('the loudness is taken', () => {
    expect(parseLoudness(SAID)).toEqual({ loudness: -25.4, peak: -20.8 });
    // The last one counts.
    expect(parseLoudness([...saidBy('-1.0', '0.0'), ...SAID]).loudness).toBe(-25.4);
  });

  test('what is too short to be measured is as loud as its peak lets expect', () => {
    expect(parseLoudness(saidBy('-70.0', '-6.0'))).toEqual({ loudness: -18, peak: -6 });
  });

  test('silence is silence', () => {
    expect(isAudible(parseLoudness(saidBy('-70.0', '-inf')))).toBe(false);
    expect(isAudible(parseLoudness(saidBy('-70.0', '-84.3')))).toBe(false);
    expect(isAudible(parseLoudness(saidBy('-50.0', '-40.0')))).toBe(true);
  });

  test('nothing is made up', () => {
    expect(() => parseLoudness([])).toThrow(FfmpegError);
    expect(() => parseLoudness(['Conversion failed!'])).toThrow(FfmpegError);
    expect(() => heardSamples([])).toThrow(FfmpegError);
  });

  test('music ends where silence begins for good', () => {
    const count = '[Parsed_astats_2 @ 0x1] Number of samples: 96000';
    const start = (seconds: number): string => `[silencedetect @ 0x2] silence_start: ${seconds}`;
    const end = (seconds: number): string =>
      `[silencedetect @ 0x2] silence_end: ${seconds} | silence_duration: 0.5`;
    expect(heardSamples([count])).toBe(96_000);
    expect(heardSamples([start(1.5), end(2), count])).toBe(72_000);
    expect(heardSamples([start(1.5), count])).toBe(72_000);
    expect(heardSamples([start(1), end(1.5), count])).toBe(96_000);
    expect(heardSamples([start(0), end(2), count])).toBe(96_000);
  });
});

describe('the music', () => {
  const S = 48_000;
  test('is cut where it is longer', () => {
    expect(musicShape(10 * S, 30 * S, 2)).toEqual({
      ...{ total: 10 * S, used: 10 * S, fade: 2 * S, fadeEnd: 10 * S },
    });
  });

  test('is repeated where it is shorter, with a crossfade that leaves something of it', () => {
    const shape = musicShape(60 * S, 20 * S, 2);
    expect(shape).toMatchObject({ used: 20 * S, crossfade: 2 * S, fadeEnd: 60 * S });
    expect(timesHeard(shape)).toBe(4);
    expect(musicShape(10 * S, 4 * S, 2).crossfade).toBe(S);
    expect(musicShape(10 * S, 3, 2).crossfade).toBe(1);
  });

  test('may end a little before the picture', () => {
    expect(musicShape(60 * S, 59.2 * S, 2)).toMatchObject({ used: 59.2 * S, fadeEnd: 59.2 * S });
    expect(musicShape(60 * S, 59.2 * S, 2).crossfade).toBeUndefined();
    expect(musicShape(2 * S, 1.5 * S, 2).crossfade).toBeDefined();
  });

  test('fades for a quarter of a short clip', () => {
    expect(musicShape(S / 2, S, 2).fade).toBe(S / 8);
    expect(musicShape(10 * S, 10 * S, 0).fade).toBe(0);
    expect(musicShape(10 * S, 10 * S, -1).fade).toBe(0);
  });
});

describe('the filters', () => {
  const shape = musicShape(480_000, 480_000, 2);
  const levels = { musicGain: -10, duckAbove: -40 };
  const master = { gain: 5 };
  const graph = { voice: STEREO, music: { ...STEREO, index: 0 }, levels, shape, master };

  test('give each of the files its track', () => {
    expect(mixGraph(graph)).toContain('[0:1]');
    expect(mixGraph(graph)).toContain('[1:0]');
  });

  test('duck, or do not', () => {
    expect(mixGraph(graph)).toContain('sidechaincompress=threshold=0.010000:');
    expect(mixGraph({ ...graph, levels: { musicGain: -20 } })).not.toContain('sidechaincompress');
    const alone = { music: graph.music, levels, shape, master };
    expect(mixGraph(alone)).not.toMatch(/sidechaincompress|amix|\[0:/);
  });

  test('have one gain, and a limiter only where it is needed', () => {
    expect(mixGraph(graph)).toContain('volume=5.000dB');
    expect(mixGraph(graph)).not.toContain('alimiter');
    const limited = mixGraph({ ...graph, master: { gain: 5, ceiling: -2 } });
    expect(limited).toContain('aresample=192000,alimiter=level=0:limit=0.794328:');
    expect(limited).not.toContain('loudnorm');
  });

  test('put channels that nobody placed into the middle', () => {
    const voice = { ...AUDIO, channels: 4 };
    expect(mixGraph({ ...graph, voice })).toContain('pan=stereo|c0=0.250000*c0+0.250000*c1+');
    expect(mixGraph({ ...graph, voice: { ...voice, layout: 'quad' } })).not.toContain('pan=');
  });
});

describe('the gain', () => {
  /** A mix whose limiter takes away half of what would be above its ceiling. */
  function mixOf(loudness: number, peak: number) {
    const tried: Master[] = [];
    const measure = (master: Master): Promise<Loudness> => {
      tried.push(master);
      const over = Math.max(0, peak + master.gain - (master.ceiling ?? Infinity));
      return Promise.resolve({
        loudness: loudness + master.gain - over / 2,
        peak: Math.min(peak + master.gain, master.ceiling ?? Infinity),
      });
    };
    return { tried, measure };
  }

  test('follows the loudness, and needs one look', async () => {
    const { tried, measure } = mixOf(-20, -12);
    expect(await masterFor(-14, measure)).toEqual({ gain: 6 });
    expect(tried).toHaveLength(1);
  });

  test('reckons with the limiter where peaks are too high', async () => {
    const { measure } = mixOf(-20, -4);
    const master = await masterFor(-14, measure);
    expect(master.ceiling).toBe(-2);
    expect((await measure(master)).loudness).toBeCloseTo(-14, 1);
  });

  test('gives up where the limiter takes all of it', async () => {
    const tried: Master[] = [];
    const master = await masterFor(-14, (next) => {
      tried.push(next);
      return Promise.resolve({ loudness: -30, peak: -2 });
    });
    expect(master).toEqual({ gain: 16, ceiling: -2 });
    expect(tried.length).toBeLessThanOrEqual(5);
  });

  test('is mended after encoding', async () => {
    const { measure } = mixOf(-20, -10);
    const better = (found: Loudness, master: Master = { gain: 6 }, again = false) =>
      betterMaster(-14, master, found, { measure, again });
    expect(await better({ loudness: -14.1, peak: -1 })).toBeUndefined();
    expect(await better({ loudness: -14.5, peak: -4 })).toEqual({ gain: 6.5 });
    const lower = await better({ loudness: -14, peak: -0.5 });
    expect(lower?.ceiling).toBeCloseTo(-2.6);
    const less = await better({ loudness: -14, peak: -0.5 }, { gain: 6, ceiling: -3 }, true);
    expect(less).toEqual({ gain: 4.9, ceiling: -4.1 });
    const lowest = { gain: 6, ceiling: -9 };
    expect(await better({ loudness: -14, peak: -0.5 }, lowest)).toBeUndefined();
  });
});

describe('a picture', () => {
  const read = (jumping: boolean, packets: Record<string, string>[]) => {
    const reader = pictureReader(jumping);
    for (const packet of packets) reader.add(packet);
    return reader.end();
  };
  const at = (dts: number, pts = dts, duration?: number): Record<string, string> => ({
    ...{ dts_time: String(dts), pts_time: String(pts), flags: '__' },
    ...(duration !== undefined && { duration_time: String(duration) }),
  });

  test('ends when its last frame has been shown, which need not come last', () => {
    const found = read(false, [at(0, 0.1, 0.1), at(0.1, 0.4, 0.1), at(0.2, 0.2, 0.1), at(0.3)]);
    expect(found).toEqual({ packets: 4, startSeconds: 0.1, endSeconds: 0.5 });
  });

  test('whose last frame does not say how long is shown like the one before', () => {
    expect(read(false, [at(0), at(0.5)]).endSeconds).toBe(1);
    expect(read(false, [at(3)]).endSeconds).toBeCloseTo(3.04);
    expect(read(false, [])).toEqual({ packets: 0, startSeconds: 0, endSeconds: 0 });
  });

  test('without times of showing is shown as late as its first frame', () => {
    const packets = [at(0, 0.08, 0.04), { dts_time: '0.04', duration_time: '0.04' }];
    expect(read(false, packets).endSeconds).toBeCloseTo(0.16);
  });

  test('begins after what an edit list leaves out', () => {
    const found = read(false, [{ ...at(-1), flags: 'KD_' }, at(0), at(1)]);
    expect(found).toMatchObject({ packets: 3, startSeconds: 0, endSeconds: 2 });
  });

  test('of a broadcast goes on over a jump; of others the jump is a long frame', () => {
    const jump = [at(0, 0, 1), at(1, 1, 1), at(100, 100, 1), at(101, 101, 1)];
    expect(read(true, jump).endSeconds).toBe(4);
    expect(read(false, jump).endSeconds).toBe(102);
    const back = [at(100, 100, 1), at(101, 101, 1), at(0, 0, 1), at(1, 1, 1)];
    expect(read(true, back).endSeconds).toBe(104);
  });
});

test('progress goes up over the passes, and never down', () => {
  const told: number[] = [];
  const pass = passesOf({ first: 0.4, second: 0.6 }, 10, (share) => told.push(share));
  pass('first')(5);
  pass('first')(20);
  pass('second')(5);
  pass('second')(0);
  pass('second')(10);
  expect(told.map((share) => Number(share.toFixed(3)))).toEqual([0.2, 0.4, 0.7, 0.7, 1]);
});
