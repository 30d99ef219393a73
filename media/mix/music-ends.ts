// How long a soundtrack is heard, as ffmpeg's astats and silencedetect tell. Pure.
import { FfmpegError } from '../ffmpeg/ffmpeg.js';
import { RATE } from './sound.js';

/** Silence that ends so shortly before the file reaches its end. In samples: 50 ms. */
const NEAR = RATE / 20;

/**
 * @param lines what ffmpeg wrote
 * @returns samples at 48 kHz up to the silence at the end, which would be a hole where the music is repeated
 * @throws FfmpegError if it is not told
 */
export function heardSamples(lines: readonly string[]): number {
  const samples = last(lines, /Number of samples: (\d+)/);
  if (samples === undefined) throw new FfmpegError('ffmpeg does not tell how long the music is');
  const start = last(lines, /silence_start: (-?[\d.]+)/);
  const end = last(lines, /silence_end: (-?[\d.]+)/);
  if (start === undefined) return samples;
  const from = Math.round(start * RATE);
  const until = end === undefined || end < start ? samples : Math.round(end * RATE);
  return from > 0 && until >= samples - NEAR ? Math.min(from, samples) : samples;
}

function last(lines: readonly string[], pattern: RegExp): number | undefined {
  const found = lines.map((line) => pattern.exec(line)?.[1]).findLast((text) => text !== undefined);
  return found === undefined ? undefined : Number(found);
}
