// Finds the gain with which a mix is as loud as it should be.
import type { Master } from './graph.js';
import type { Loudness } from './loudness.js';

/** dBTP that a finished video may have at most. */
export const MOST_PEAK = -1;
/** Before encoding, which adds up to a decibel. */
const FIRST_CEILING = -2;
/** Below it the limiter would be all that is heard. */
const LEAST_CEILING = -9;
/** LU. The measure itself is rounded to 0.1. */
const CLOSE = 0.1;
/** dB by which encoding the same a little less loud may raise other peaks. */
const ENCODER_SPREAD = 0.5;
/** LU by which a finished video may miss the loudness. */
const CLOSE_ENOUGH = 0.2;
/** Each limiter's pass comes closer; music that is all peaks comes no further after these. */
const MOST_PASSES = 4;
/** LU for a decibel of gain. Less means that the limiter holds down all of it, and more gain only distorts. */
const LEAST_SLOPE = 0.25;

/**
 * @param target LUFS
 * @param measure tells how loud the mix is with such a gain and limiter
 */
export async function masterFor(
  target: number,
  measure: (master: Master) => Promise<Loudness>,
): Promise<Master> {
  const { loudness, peak } = await measure({ gain: 0 });
  const gain = target - loudness;
  // Without a limiter the loudness follows the gain exactly.
  if (peak + gain <= FIRST_CEILING) return { gain };
  return await limited(target, { gain, ceiling: FIRST_CEILING }, measure);
}

/**
 * What to write instead of a video that is too loud or not loud enough, as encoding may have it.
 * @param found of the video
 * @param again a lower ceiling has not done: peaks then count more than loudness
 * @returns undefined if it is good
 */
export async function betterMaster(
  target: number,
  master: Master,
  found: Loudness,
  { measure, again }: { measure: (master: Master) => Promise<Loudness>; again: boolean },
): Promise<Master | undefined> {
  const { gain, ceiling = FIRST_CEILING } = master;
  const off = target - found.loudness;
  if (found.peak > MOST_PEAK) {
    const over = found.peak - MOST_PEAK + CLOSE;
    if (again) {
      const less = over + ENCODER_SPREAD;
      return { gain: gain - less, ceiling: ceiling - less };
    }
    const lower = Math.max(LEAST_CEILING, ceiling - over);
    return lower < ceiling ? await limited(target, { gain, ceiling: lower }, measure) : undefined;
  }
  // A limiter has been brought as close as it comes.
  if (Math.abs(off) <= CLOSE_ENOUGH || master.ceiling !== undefined) return undefined;
  return { gain: gain + off };
}

async function limited(
  target: number,
  { gain, ceiling }: Required<Master>,
  measure: (master: Master) => Promise<Loudness>,
): Promise<Master> {
  let best = { gain, off: Infinity };
  let [next, slope] = [gain, 1];
  let before: { gain: number; loudness: number } | undefined;
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const { loudness } = await measure({ gain: next, ceiling });
    const off = target - loudness;
    if (Math.abs(off) < Math.abs(best.off)) best = { gain: next, off };
    if (Math.abs(off) <= CLOSE) break;
    // The harder it limits, the less of a gain arrives.
    if (before && next !== before.gain) slope = (loudness - before.loudness) / (next - before.gain);
    before = { gain: next, loudness };
    next += off / Math.min(1, Math.max(LEAST_SLOPE, slope));
  }
  return { gain: best.gain, ceiling };
}
