// The form that all sound has while it is mixed. Pure.
import type { AudioStream } from '../ffmpeg/describe.js';

/** Hz. What video has. */
export const RATE = 48_000;

/** Floating point: nothing clips before the limiter. */
export const FORM = `aformat=sample_fmts=fltp:sample_rates=${RATE}:channel_layouts=stereo`;

/** Counts timestamps anew by the samples, after something was cut off. */
export const RESTAMP = 'asetpts=N/SR/TB';

/**
 * To stereo. Channels of which the file does not tell where they belong are all in the middle.
 * @param timed silence is put where the stream has none, so that its sound stays where it was beside the picture
 */
export function formOf({ channels, layout }: AudioStream, timed: boolean): string[] {
  const resample = timed ? `aresample=${RATE}:async=1:first_pts=0` : `aresample=${RATE}`;
  if (layout !== undefined || channels <= 2) return [resample, FORM];
  const all = Array.from({ length: channels }, (_, n) => `${(1 / channels).toFixed(6)}*c${n}`);
  const sum = all.join('+');
  return [`pan=stereo|c0=${sum}|c1=${sum}`, resample, FORM];
}
