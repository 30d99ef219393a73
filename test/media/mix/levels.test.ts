import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { hasFfmpeg, picture } from '../clips.js';
import { humming, MUSIC, openLab, saying, sound, VOICE, X264 } from './lab.js';
import { levelOf, loudnessOf, readTrack, toneOf } from './measure.js';

const PICTURE = picture('160x120', '10', 12);
/** Syllables, four a second, between the seconds 4 and 8. */
const SYLLABLES = `${saying(4, 8, 0.4)}*(0.55+0.45*sin(2*PI*4*t))`;
const clip = (formula: string): string => `${PICTURE} ${sound(formula, 12)} ${X264} -c:a aac`;
/** Hits with much silence between: loud peaks, and no loudness. */
const HITS = '0.9*exp(-12*mod(t,0.5))*sin(2*PI*180*t)+0.02*(random(0)-0.5)';

/** Bursts of noise, of which the encoder makes higher peaks than it gets. */
const BURSTS = 'max(-1,min(1,12*(random(0)-0.5)*exp(-8*mod(t,0.5))))';

const FILES = {
  'speech.mp4': clip(saying(4, 8)),
  'whisper.mp4': clip(saying(4, 8, 0.02)),
  'shout.mp4': clip(saying(4, 8, 0.95)),
  'syllables.mp4': clip(SYLLABLES),
  'hiss.mp4': clip('0.003*(random(0)-0.5)'),
  'silence.mp4': clip('0'),
  'mute.mp4': `${PICTURE} ${X264}`,
  'hum.wav': `${sound(humming(), 14)} -ac 2`,
  'loud-hum.wav': `${sound(humming(0.99), 14)} -ac 2`,
  'quiet-hum.flac': `${sound(humming(0.005), 14)} -sample_fmt s32 -ac 2`,
  'bursts.wav': `${sound(BURSTS, 14)} -ac 2`,
  'hits.wav': `${sound(HITS, 14)} -ac 2`,
};

describe.skipIf(!hasFfmpeg)('in a finished video', () => {
  const { at, mix } = openLab(FILES);

  /** dB of the music before, within and a second after what is said, and of the voice. */
  async function levelsIn(path: string): Promise<Record<string, number>> {
    const track = await readTrack(path);
    const [music, voice] = [toneOf(track.sound, MUSIC), toneOf(track.sound, VOICE)];
    return {
      before: levelOf(music, 2, 3.9),
      within: levelOf(music, 4.3, 7.9),
      after: levelOf(music, 9, 9.9),
      voice: levelOf(voice, 4.1, 7.9),
    };
  }

  test.for(['speech.mp4', 'whisper.mp4', 'shout.mp4', 'syllables.mp4'])(
    'music makes room for %s, and is back a second later',
    async (name) => {
      for (const music of ['hum.wav', 'loud-hum.wav', 'quiet-hum.flac']) {
        const { path, audio } = await mix(name, music);
        expect(audio).toBe('duck');
        const { before = 0, within = 0, after = 0, voice = 0 } = await levelsIn(path);
        expect(before - within).toBeGreaterThanOrEqual(8);
        expect(before - within).toBeLessThanOrEqual(20);
        expect(Math.abs(before - after)).toBeLessThanOrEqual(1);
        // As loud as speech before it, whatever the files were.
        expect(voice - before).toBeGreaterThan(-4);
        expect(voice - before).toBeLessThan(10);
      }
    },
  );

  test('music under the sound stays low all the time', async () => {
    const { path, audio } = await mix('speech.mp4', 'loud-hum.wav', { audio: 'under' });
    expect(audio).toBe('under');
    const { before = 0, within = 0, after = 0, voice = 0 } = await levelsIn(path);
    expect(Math.abs(before - within)).toBeLessThanOrEqual(0.5);
    expect(Math.abs(before - after)).toBeLessThanOrEqual(0.5);
    expect(voice - within).toBeGreaterThanOrEqual(8);
    expect(voice - within).toBeLessThanOrEqual(16);
  });

  test('music instead of the sound leaves none of it', async () => {
    const { path, audio } = await mix('shout.mp4', 'hum.wav', { audio: 'replace' });
    expect(audio).toBe('replace');
    const { within = 0, voice = 0 } = await levelsIn(path);
    expect(within - voice).toBeGreaterThan(60);
  });

  test('sound that is kept is not touched', async () => {
    const { path, what } = await mix('speech.mp4', 'nothing', { audio: 'keep' });
    expect((await readFile(path)).equals(await readFile(at('speech.mp4')))).toBe(true);
    expect(what).toBe('the clip as it is, 12.0 s');
  });

  test.for(['silence.mp4', 'mute.mp4'])('of %s there is music alone', async (name) => {
    for (const asked of [undefined, 'duck', 'under'] as const) {
      const { audio, loudness = 0 } = await mix(name, 'hum.wav', { audio: asked });
      expect(audio).toBe('replace');
      expect(Math.abs(loudness + 14)).toBeLessThanOrEqual(0.3);
    }
  });

  test('music does not come down to the noise of a room', async () => {
    const { path, audio } = await mix('hiss.mp4', 'hum.wav');
    expect(audio).toBe('duck');
    const { before = 0, within = 0 } = await levelsIn(path);
    expect(Math.abs(before - within)).toBeLessThanOrEqual(0.5);
    const alone = await levelsIn((await mix('mute.mp4', 'hum.wav')).path);
    expect(Math.abs(before - (alone['before'] ?? 0))).toBeLessThanOrEqual(0.5);
  });

  test.for([-14, -16, -23, -9])('the loudness is %d LUFS', async (loudness) => {
    for (const [name, music] of [
      ['syllables.mp4', 'hum.wav'],
      ['speech.mp4', 'hits.wav'],
      ['mute.mp4', 'hits.wav'],
    ] as const) {
      const { path, ...found } = await mix(name, music, { loudness });
      const heard = await loudnessOf(path);
      expect(Math.abs(heard.loudness - loudness)).toBeLessThanOrEqual(0.3);
      expect(heard.peak).toBeLessThanOrEqual(-1);
      expect(found).toMatchObject(heard);
    }
  });

  test('peaks that encoding has raised are taken down again', async () => {
    const { path, ...found } = await mix('mute.mp4', 'bursts.wav', { loudness: -9 });
    const heard = await loudnessOf(path);
    expect(heard.peak).toBeLessThanOrEqual(-1);
    // Louder it cannot be with such peaks.
    expect(heard.loudness).toBeGreaterThan(-12);
    expect(found).toMatchObject(heard);
  });
});
