// How loud something is, as ffmpeg's ebur128 filter tells. Pure.
import { FfmpegError } from '../ffmpeg/ffmpeg.js';

export interface Loudness {
  /** LUFS, over all of it (EBU R 128, with gates). */
  loudness: number;
  /** dBTP: between samples too. */
  peak: number;
}

/** dBTP. Nobody hears what never gets louder; decoders of silence leave some noise. */
const LEAST_PEAK = -60;
/** LUFS that ebur128 tells of what is shorter than its window of 0.4 s, or quieter than its gate. */
const NOTHING = -70;
/** LU by which music and speech usually are below their peaks. */
const USUAL_CREST = 12;

/** The filter; it passes the sound on, and tells at the end. */
export const MEASURE = 'ebur128=peak=true:framelog=verbose';

/** @param lines what ffmpeg wrote. @throws FfmpegError if the filter tells nothing there */
export function parseLoudness(lines: readonly string[]): Loudness {
  const from = lines.findLastIndex((line) => line.includes('ebur128') && /Summary:/.test(line));
  const summary = from < 0 ? [] : lines.slice(from);
  const loudness = valueOf(summary, /^\s*I:\s+(\S+) LUFS/);
  const peak = valueOf(summary, /^\s*Peak:\s+(\S+) dBFS/);
  if (loudness === undefined || peak === undefined) {
    throw new FfmpegError('ffmpeg does not tell how loud the sound is');
  }
  return { loudness: loudness > NOTHING ? loudness : peak - USUAL_CREST, peak };
}

export function isAudible({ peak }: Loudness): boolean {
  return peak > LEAST_PEAK;
}

function valueOf(lines: readonly string[], pattern: RegExp): number | undefined {
  const text = lines.map((line) => pattern.exec(line)?.[1]).find((found) => found !== undefined);
  if (text === undefined) return undefined;
  const value = /^-?inf$/.test(text) ? Number(text.replace('inf', 'Infinity')) : Number(text);
  return Number.isNaN(value) ? -Infinity : value;
}
