import { describe, expect, test } from 'vitest';
import { hasFfmpeg, picture } from '../clips.js';
import { humming, openLab, saying, sound, VOICE, X264 } from './lab.js';
import { levelOf, loudnessOf, onsetOf, readTrack, soundOf, toneOf } from './measure.js';

const PICTURE = picture('160x120', '25', 5);
const SAID = saying(1, 3);
/** The same in each of some channels. */
const channels = (count: number): string => Array.from({ length: count }, () => SAID).join('|');
const clip = (voice: string, codec: string): string => `${PICTURE} ${voice} ${X264} ${codec}`;

const FILES = {
  '8-khz.mkv': clip(sound(SAID, 5, 8_000), '-ac 1 -c:a pcm_mulaw'),
  '96-khz.mov': clip(sound(SAID, 5, 96_000), '-ac 2 -c:a pcm_s24le'),
  '5.1.mp4': clip(`${sound(channels(6), 5)}:c=5.1`, '-c:a ac3'),
  'left.mkv': clip(`${sound(`${SAID}|0`, 5)}:c=stereo`, '-c:a flac'),
  'unplaced.mov': clip(sound(channels(5), 5), '-c:a pcm_s16le'),
  'clipped.mp4': clip(sound(saying(1, 3, 4), 5), '-c:a pcm_s16le -f mov'),
  'longer.mp4': clip(sound(SAID, 9), '-c:a aac'),
  'gap.mkv': `${PICTURE} ${sound(saying(1, 5), 5)} -af aselect=not(between(t\\,2\\,3)) ${X264} -c:a pcm_s16le`,
  'hum.wav': `${sound(humming(), 6)} -ac 2`,
};

describe.skipIf(!hasFfmpeg)("a clip's sound", () => {
  const { at, mix } = openLab(FILES);

  test.for(Object.keys(FILES).filter((name) => name !== 'hum.wav'))('may be %s', async (name) => {
    const { path, audio } = await mix(name, 'hum.wav');
    expect(audio).toBe('duck');
    expect(await soundOf(path)).toEqual(['aac', '48000', '2']);
    const { loudness, peak } = await loudnessOf(path);
    expect(Math.abs(loudness + 14)).toBeLessThanOrEqual(0.3);
    expect(peak).toBeLessThanOrEqual(-1);
    const [clip, finished] = [await readTrack(at(name)), await readTrack(path)];
    const heard = onsetOf(finished.sound, VOICE);
    expect(Math.abs(heard - onsetOf(clip.sound, VOICE))).toBeLessThanOrEqual(0.02);
    expect(Math.abs(finished.sound.length / 48_000 - 5)).toBeLessThanOrEqual(0.04);
    expect(finished.pictures).toHaveLength(125);
  });

  test('stays where it was after a gap too', async () => {
    const { path } = await mix('gap.mkv', 'hum.wav');
    const strengths = toneOf((await readTrack(path)).sound, VOICE);
    const full = levelOf(strengths, 1.1, 1.9);
    expect(full - levelOf(strengths, 2.1, 2.9)).toBeGreaterThan(30);
    expect(full - levelOf(strengths, 3.1, 4.9)).toBeLessThan(1);
  });
});
