import { describe, expect, test } from 'vitest';
import { describe as look } from '../../../media/ffmpeg/describe.js';
import { hasFfmpeg, picture } from '../clips.js';
import { ffmpeg, MUSIC, openLab, sound, X264 } from './lab.js';
import { levelOf, loudnessOf, readTrack, soundOf, toneOf, worstJump } from './measure.js';

const clip = (seconds: number, rate = '10'): string =>
  `${picture('160x120', rate, seconds)} ${X264}`;
/**
 * A phrase of a hum that begins and ends within a wave: repeated at once it would click. Where two overlap they are
 * not opposite.
 */
const PHRASE = `0.3*cos(2*PI*${MUSIC}*t)`;

const FILES = {
  'half.mp4': clip(0.5, '30'),
  'blink.mp4': clip(0.2, '30'),
  'ten.mp4': clip(10),
  'ninety.mp4': clip(90),
  'long.wav': `${sound(PHRASE, 20)} -ac 2`,
  'phrase.wav': `${sound(PHRASE, 3.12125)} -ac 2`,
  'phrase.mp3': `${sound(PHRASE, 3.12125, 44_100)} -ac 2 -c:a libmp3lame`,
  'phrase.m4a': `${sound(PHRASE, 3.12125)} -ac 2 -c:a aac`,
  'faded.wav': `${sound(`${PHRASE}*lt(t,3)`, 5)} -ac 2`,
  'nearly.wav': `${sound(PHRASE, 9.4)} -ac 2`,
  'blip.wav': `${sound(PHRASE, 0.05)} -ac 2`,
  'mono.ogg': `${sound(PHRASE, 4, 22_050)} -ac 1 -c:a libopus`,
  'clipped.wav': `${sound(`max(-1,min(1,5*sin(2*PI*${MUSIC}*t)+random(0)))`, 11)} -ac 2`,
  'film.mp4': `${picture('64x64', '10', 11)} ${sound(PHRASE, 11)} ${X264} -c:a aac`,
};

describe.skipIf(!hasFfmpeg)('the music of a finished video', () => {
  const { at, mix } = openLab(FILES);

  test.for(['phrase.wav', 'phrase.mp3', 'phrase.m4a', 'faded.wav'])(
    'is %s again and again, without a click or a hole',
    async (music) => {
      const { path, repeats } = await mix('ten.mp4', music, { fadeSeconds: 2 });
      expect(repeats).toBeGreaterThanOrEqual(4);
      const { sound: heard } = await readTrack(path);
      const playing = heard.subarray(0, 8 * 48_000);
      const most = playing.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
      expect(most).toBeGreaterThan(0.1);
      expect(worstJump(playing)).toBeLessThan(0.05);
      // Where two waves meet they may add up or be a little less, but nowhere is it over.
      const strengths = toneOf(heard, MUSIC).subarray(100, 7_900);
      const mean = levelOf(strengths, 0, 7.8);
      for (let from = 0; from < 7.7; from += 0.05) {
        expect(Math.abs(levelOf(strengths, from, from + 0.05) - mean)).toBeLessThan(12);
      }
    },
  );

  test('is heard in its part of the clip alone, where it is for a part', async () => {
    const excerpt = { start: 3, length: 4 };
    const { path, seconds } = await mix('ten.mp4', 'long.wav', { fadeSeconds: 1, excerpt });
    expect(Math.abs(seconds - 10)).toBeLessThanOrEqual(0.04);
    const { sound: heard } = await readTrack(path);
    expect(Math.abs(heard.length / 48_000 - 10)).toBeLessThanOrEqual(0.04);
    const strengths = toneOf(heard, MUSIC);
    const full = levelOf(strengths, 3.5, 5.5);
    expect(full - levelOf(strengths, 3.05, 3.5)).toBeLessThan(1);
    for (const [from, to] of [
      [0.5, 2.9],
      [7.1, 9.9],
    ] as const) {
      expect(full - levelOf(strengths, from, to)).toBeGreaterThan(40);
    }
    const late = mix('ten.mp4', 'long.wav', { excerpt: { start: 11 } });
    await expect(late).rejects.toThrow('the clip ends before its part begins (11 s)');
  });

  test('fades at the end, and is as long as the picture', async () => {
    const { path } = await mix('ten.mp4', 'long.wav', { fadeSeconds: 3 });
    const { sound: heard } = await readTrack(path);
    expect(Math.abs(heard.length / 48_000 - 10)).toBeLessThanOrEqual(0.04);
    const strengths = toneOf(heard, MUSIC);
    const full = levelOf(strengths, 2, 6.9);
    expect(full - levelOf(strengths, 6.5, 7)).toBeLessThan(0.5);
    const steps = [7, 8, 8.5, 9, 9.5].map((from) => full - levelOf(strengths, from, from + 0.4));
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(steps.at(-1)).toBeGreaterThan(15);
    expect(full - levelOf(strengths, 9.93, 9.98)).toBeGreaterThan(35);
  });

  test('that ends shortly before the picture fades there, and does not begin again', async () => {
    const { path, repeats } = await mix('ten.mp4', 'nearly.wav');
    expect(repeats).toBe(1);
    const strengths = toneOf((await readTrack(path)).sound, MUSIC);
    const full = levelOf(strengths, 2, 7);
    expect(full - levelOf(strengths, 8, 8.4)).toBeGreaterThan(0.5);
    expect(full - levelOf(strengths, 9.45, 9.9)).toBeGreaterThan(50);
  });

  test.for(['mono.ogg', 'clipped.wav', 'film.mp4', 'blip.wav'])('may be %s', async (music) => {
    const { path } = await mix('ten.mp4', music);
    expect(await soundOf(path)).toEqual(['aac', '48000', '2']);
    const { loudness, peak } = await loudnessOf(path);
    expect(Math.abs(loudness + 14)).toBeLessThanOrEqual(0.3);
    expect(peak).toBeLessThanOrEqual(-1);
    expect((await readTrack(path)).pictures).toHaveLength(100);
  });

  test('of half a second is as loud as of any length', async () => {
    const { path, seconds } = await mix('half.mp4', 'long.wav');
    expect(seconds).toBeCloseTo(0.5, 2);
    const { loudness, peak } = await loudnessOf(path);
    expect(Math.abs(loudness + 14)).toBeLessThanOrEqual(0.3);
    expect(peak).toBeLessThanOrEqual(-1);
  });

  test('of less than can be measured is neither silent nor too loud', async () => {
    const { path } = await mix('blink.mp4', 'long.wav');
    const { peak } = await loudnessOf(path);
    expect(peak).toBeGreaterThan(-12);
    expect(peak).toBeLessThanOrEqual(-1);
  });

  test('of a clip of 90 seconds goes on to its end', async () => {
    const shares: number[] = [];
    const run = { onProgress: (share: number) => shares.push(share) };
    const { path, repeats } = await mix('ninety.mp4', 'phrase.mp3', {}, run);
    expect(repeats).toBeGreaterThan(30);
    const { sound: heard } = await readTrack(path);
    expect(Math.abs(heard.length / 48_000 - 90)).toBeLessThanOrEqual(0.04);
    expect(worstJump(heard)).toBeLessThan(0.05);
    const { loudness } = await loudnessOf(path);
    expect(Math.abs(loudness + 14)).toBeLessThanOrEqual(0.3);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBeCloseTo(1, 1);
    expect((await look(ffmpeg, at('ninety.mp4'))).video).toBeDefined();
  });
});
