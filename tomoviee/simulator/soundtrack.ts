// Composes a short piece of music from a prompt. Pure: the same prompt gives the same bytes.
import { createHash } from 'node:crypto';
import { encodeWav } from './wav.js';

/** Samples per second of every soundtrack; one channel. */
export const SAMPLE_RATE = 22_050;

const SCALES = [
  [0, 2, 4, 5, 7, 9, 11], // major
  [0, 2, 3, 5, 7, 8, 10], // minor
  [0, 2, 3, 5, 7, 9, 10], // dorian
  [0, 2, 4, 6, 7, 9, 11], // lydian
  [0, 2, 4, 5, 7, 9, 10], // mixolydian
];

/** Scale degrees of the chords, one a bar. */
const PROGRESSIONS = [
  [0, 4, 5, 3],
  [0, 5, 3, 4],
  [5, 3, 0, 4],
  [0, 3, 0, 4],
  [1, 4, 0, 0],
];

const TABLE_SIZE = 2048;
const BEATS_PER_BAR = 4;

/** A tone to be mixed in. Times in seconds. */
interface Tone {
  at: number;
  lasts: number;
  hertz: number;
  level: number;
  /** How fast it dies away, per second. */
  decay: number;
}

/**
 * Key, scale, tempo, chords, melody and timbre follow from the prompt.
 * @param seconds length; even a tenth of a second differs from prompt to prompt.
 * @returns a WAV file: 16-bit PCM, mono, `SAMPLE_RATE`.
 */
export function composeSoundtrack(prompt: string, seconds: number): Buffer {
  const random = randomFrom(prompt);
  const scale = pick(SCALES, random);
  const progression = pick(PROGRESSIONS, random);
  const beat = 60 / (72 + random() * 80);
  // A few cents off concert pitch, so that no two prompts share a key exactly.
  const root = 45 + Math.floor(random() * 12) + (random() - 0.5) * 0.2;
  const lead = timbre(random, 8);
  const soft = timbre(random, 3);
  const hertzOf = (degree: number): number => {
    const octave = Math.floor(degree / scale.length);
    const step = scale[degree - octave * scale.length] ?? 0;
    return 440 * 2 ** ((root + step + 12 * octave - 69) / 12);
  };

  const mix = new Float32Array(Math.max(1, Math.round(seconds * SAMPLE_RATE)));
  let degree = 7;
  for (let bar = 0; bar * BEATS_PER_BAR * beat < seconds; bar++) {
    const at = bar * BEATS_PER_BAR * beat;
    const chord = pick(progression, () => (bar % progression.length) / progression.length);
    for (const note of [0, 2, 4]) {
      const lasts = BEATS_PER_BAR * beat;
      add(mix, soft, { at, lasts, hertz: hertzOf(chord + note), level: 0.16, decay: 0.4 });
    }
    for (let half = 0; half < BEATS_PER_BAR * 2; half++) {
      const when = at + (half * beat) / 2;
      if (half % 4 === 0) {
        const hertz = hertzOf(chord - scale.length);
        add(mix, soft, { at: when, lasts: beat * 1.5, hertz, level: 0.4, decay: 2 });
      }
      // A bar begins on its chord and always sounds; elsewhere the melody wanders and rests.
      if (half === 0) degree = chord + 7;
      else degree = Math.min(16, Math.max(3, degree + Math.round((random() - 0.5) * 5)));
      if (half > 0 && random() < 0.25) continue;
      const lasts = random() < 0.3 ? beat : beat / 2;
      add(mix, lead, { at: when, lasts, hertz: hertzOf(degree), level: 0.3, decay: 3 });
    }
  }
  return encodeWav(mix, SAMPLE_RATE);
}

/** One period of a wave whose overtones are drawn at random. */
function timbre(random: () => number, overtones: number): Float32Array {
  const levels = Array.from({ length: overtones }, (_, i) => random() / (i + 1));
  const table = new Float32Array(TABLE_SIZE);
  for (let i = 0; i < TABLE_SIZE; i++) {
    const phase = (2 * Math.PI * i) / TABLE_SIZE;
    let sum = Math.sin(phase);
    levels.forEach((level, k) => (sum += level * Math.sin(phase * (k + 2))));
    table[i] = sum / 2;
  }
  return table;
}

function add(mix: Float32Array, table: Float32Array, tone: Tone): void {
  const from = Math.floor(tone.at * SAMPLE_RATE);
  const length = Math.min(mix.length - from, Math.floor(tone.lasts * SAMPLE_RATE));
  const attack = 0.012 * SAMPLE_RATE;
  const release = 0.03 * SAMPLE_RATE;
  const fading = Math.exp(-tone.decay / SAMPLE_RATE);
  const step = (tone.hertz * TABLE_SIZE) / SAMPLE_RATE;
  let phase = 0;
  let level = tone.level;
  for (let i = 0; i < length; i++) {
    const edge = Math.min(1, i / attack, (length - i) / release);
    const sample = table[Math.floor(phase)] ?? 0;
    mix[from + i] = (mix[from + i] ?? 0) + sample * level * edge;
    level *= fading;
    phase += step;
    if (phase >= TABLE_SIZE) phase -= TABLE_SIZE;
  }
}

function pick<T>(choices: readonly T[], random: () => number): T {
  const choice = choices[Math.floor(random() * choices.length)];
  if (choice === undefined) throw new Error('nothing to pick from');
  return choice;
}

/** The sfc32 generator, seeded with all that SHA-256 makes of the text; gives 0-1. */
function randomFrom(text: string): () => number {
  const seed = createHash('sha256').update(text).digest();
  let [a, b, c, d] = [0, 4, 8, 12].map((at) => seed.readInt32LE(at)) as [
    number,
    number,
    number,
    number,
  ];
  return () => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
}
