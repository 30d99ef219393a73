import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { describe as look } from '../../../media/ffmpeg/describe.js';
import { containerOf } from '../../../media/mix/container.js';
import { hasFfmpeg, picture } from '../clips.js';
import { ffmpeg, openLab, saying, sound, VOICE, X264 } from './lab.js';
import { lengthOf, loudnessOf, onsetOf, pictureOf, readTrack, soundOf } from './measure.js';

const PICTURE = picture('160x120', '25', 5);
const SPEECH = sound(saying(1, 1.4), 5);
const TWO_RATES = '-f lavfi -i testsrc=s=160x120:r=50:d=2 -f lavfi -i testsrc=s=160x120:r=10:d=3';

/** Clips as people have them, and what the finished videos are. */
const CLIPS: Record<string, { recipe: string; becomes: string; silent?: true; otherwise?: true }> =
  {
    'no-sound.mp4': { recipe: `${PICTURE} ${X264}`, becomes: '.mp4', silent: true },
    'mono.avi': {
      recipe: `${PICTURE} ${sound(saying(1, 1.4), 5, 22_050)} -c:v mpeg4 -c:a libmp3lame -ac 1`,
      becomes: '.mkv',
    },
    'varying.mkv': {
      recipe: `${TWO_RATES} ${SPEECH} -filter_complex [0][1]concat[v] -map [v] -map 2:a -fps_mode vfr ${X264} -c:a flac`,
      becomes: '.mkv',
    },
    'late-sound.mp4': {
      recipe: `${PICTURE} -itsoffset 0.48 ${sound(saying(1, 1.4), 4.52)} ${X264} -c:a aac`,
      becomes: '.mp4',
    },
    'broadcast.ts': {
      recipe: `${PICTURE} ${SPEECH} ${X264} -c:a mp2 -output_ts_offset 1.4`,
      becomes: '.ts',
    },
    'flash.flv': {
      recipe: `${PICTURE} ${sound(saying(1, 1.4), 5, 44_100)} -c:v flv1 -c:a libmp3lame`,
      becomes: '.flv',
    },
    'rotated.mov': {
      recipe: `${PICTURE} ${SPEECH} ${X264} -bf 2 -c:a pcm_s16le`,
      becomes: '.mov',
    },
    'short-sound.mp4': {
      recipe: `${PICTURE} ${sound(saying(1, 1.4), 2)} ${X264} -bf 2 -c:a aac`,
      becomes: '.mp4',
    },
    'late-picture.webm': {
      recipe: `-itsoffset 0.6 ${PICTURE} ${sound(saying(1, 1.4), 5.6)} -c:v libvpx-vp9 -deadline realtime -c:a libopus`,
      becomes: '.mkv',
    },
    'next-generation.mkv': {
      recipe: `${PICTURE} ${SPEECH} -c:v libx265 -preset ultrafast -x265-params log-level=none -c:a ac3`,
      becomes: '.mkv',
    },
    'old.mpg': { recipe: `${PICTURE} ${SPEECH} -c:v mpeg2video -bf 2 -c:a mp2`, becomes: '.mkv' },
    // Matroska has lengths where this has start codes; the frames are the same.
    'untimed.avi': {
      recipe: `${PICTURE} ${SPEECH} ${X264} -bf 2 -c:a pcm_s16le`,
      ...{ becomes: '.mkv', otherwise: true },
    },
    'windows.wmv': { recipe: `${PICTURE} ${SPEECH} -c:v wmv2 -c:a wmav2`, becomes: '.mkv' },
    'phone.3gp': {
      recipe: `${picture('176x144', '25', 5)} ${sound(saying(1, 1.4), 5, 8_000)} -c:v h263 -c:a aac -ac 1`,
      becomes: '.3gp',
    },
    'studio.mov': { recipe: `${PICTURE} ${SPEECH} -c:v prores_ks -c:a pcm_s24le`, becomes: '.mov' },
  };

const BARS = '0.15*sin(2*PI*220*t)+0.1*sin(2*PI*331*t)*gt(mod(t,0.5),0.25)+0.04*(random(0)-0.5)';
/** One that is repeated, one of which a part is used. */
const SOUNDTRACKS: Record<string, string> = {
  'short.mp3': `${sound(BARS, 2.2, 44_100)} -ac 2 -c:a libmp3lame`,
  'long.wav': `${sound(BARS, 9)} -ac 2`,
};

const clips = Object.entries(CLIPS).map(([name, clip]) => ({ name, ...clip }));
/** The first nine with both soundtracks. */
const all = [
  ...clips.slice(0, 9).map((clip) => ({ ...clip, music: 'long.wav' })),
  ...clips.map((clip) => ({ ...clip, music: 'short.mp3' })),
];

describe.skipIf(!hasFfmpeg)('a finished video', () => {
  const { at, mix } = openLab({
    ...Object.fromEntries(clips.map(({ name, recipe }) => [name, recipe])),
    ...SOUNDTRACKS,
  });
  test.for(all)('of $name with $music', async ({ name, music, becomes, silent, otherwise }) => {
    const original = await readFile(at(name));
    const found = await mix(name, music);
    expect(found.audio).toBe(silent ? 'replace' : 'duck');
    expect(containerOf(await look(ffmpeg, at(name))).extension).toBe(becomes);
    // Nothing is lost of the picture, and nothing made anew.
    const before = await pictureOf(at(name));
    const after = await pictureOf(found.path);
    expect(after).toEqual(otherwise ? { ...before, coded: after.coded } : before);
    expect(Number(before.frames)).toBeGreaterThan(100);
    const made = await look(ffmpeg, found.path);
    const { video } = await look(ffmpeg, at(name));
    expect(made.video).toMatchObject({ width: video?.width, height: video?.height });
    if (name === 'rotated.mov') expect(made.video).toMatchObject({ width: 120, height: 160 });
    expect(containerOf(made).extension).toBe(becomes);

    expect(await soundOf(found.path)).toEqual(['aac', '48000', '2']);
    const { loudness, peak } = await loudnessOf(found.path);
    expect(Math.abs(loudness + 14)).toBeLessThanOrEqual(0.3);
    expect(peak).toBeLessThanOrEqual(-1);
    expect(found).toMatchObject({ loudness, peak });

    const clip = await readTrack(at(name));
    const finished = await readTrack(found.path);
    const [from = 0] = clip.pictures;
    const [start = 0] = finished.pictures;
    expect(Math.abs(start - from)).toBeLessThanOrEqual(0.002);
    const shown = finished.pictures.map((seconds) => seconds - start);
    const late = clip.pictures.map((seconds, n) => Math.abs(seconds - from - (shown[n] ?? 0)));
    expect(Math.max(...late)).toBeLessThanOrEqual(0.002);
    const length = lengthOf(clip.pictures);
    expect(length).toBeGreaterThan(4.9);
    expect(Math.abs(found.seconds - length)).toBeLessThanOrEqual(0.04);
    expect(Math.abs(finished.sound.length / 48_000 - start - length)).toBeLessThanOrEqual(0.04);
    if (!silent) {
      const said = onsetOf(clip.sound, VOICE) - from;
      const heard = onsetOf(finished.sound, VOICE) - start;
      expect(Math.abs(heard - said)).toBeLessThanOrEqual(0.02);
    }
    expect(original.equals(await readFile(at(name)))).toBe(true);
  });
});
