import { describe, expect, test } from 'vitest';
import { SAMPLE_RATE, composeSoundtrack } from '../../../tomoviee/simulator/soundtrack.js';

const PROMPTS = ['Pop Melody + Energetic Rhythm', 'Pop Melody + Energetic Rhythms', '', 'Дождь'];

describe('a soundtrack', () => {
  test('is a WAV file of the length asked for, 16-bit PCM mono', () => {
    const wav = composeSoundtrack('calm piano', 2);
    expect(wav.toString('latin1', 0, 4) + wav.toString('latin1', 8, 16)).toBe('RIFFWAVEfmt ');
    expect(wav.readUInt32LE(4)).toBe(wav.length - 8);
    expect([wav.readUInt16LE(20), wav.readUInt16LE(22), wav.readUInt16LE(34)]).toEqual([1, 1, 16]);
    expect(wav.readUInt32LE(24)).toBe(SAMPLE_RATE);
    expect(wav.readUInt32LE(40)).toBe(2 * 2 * SAMPLE_RATE);
    expect(wav.length).toBe(44 + 2 * 2 * SAMPLE_RATE);
  });

  test.each(PROMPTS)('of %j is the same each time', (prompt) => {
    expect(composeSoundtrack(prompt, 1).equals(composeSoundtrack(prompt, 1))).toBe(true);
  });

  test('differs from prompt to prompt, even when a tenth of a second long', () => {
    for (const seconds of [0.1, 2]) {
      const made = new Set<string>();
      for (let i = 0; i < 100; i++) {
        made.add(composeSoundtrack(`prompt ${i}`, seconds).toString('base64'));
      }
      expect(made.size).toBe(100);
    }
  });

  test.each(PROMPTS)('of %j sounds all the way: no clipping, no second of silence', (prompt) => {
    const wav = composeSoundtrack(prompt, 8);
    const samples = new Int16Array(
      wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + wav.length),
    );
    let loudest = 0;
    for (const sample of samples) loudest = Math.max(loudest, Math.abs(sample));
    expect(loudest).toBeGreaterThan(20_000);
    expect(loudest).toBeLessThan(32_767);
    for (let from = 0; from < samples.length; from += SAMPLE_RATE) {
      const second = samples.subarray(from, from + SAMPLE_RATE);
      const power = second.reduce((sum, sample) => sum + sample * sample, 0) / second.length;
      expect(Math.sqrt(power)).toBeGreaterThan(200);
    }
  });
});
