// Where a long clip is cut. Pure.
import { VENDOR_LIMITS } from '../limits.js';

/** By which neighbouring parts overlap: their soundtracks are crossfaded there. In seconds. */
export const OVERLAP_SECONDS = 2;
/** Of a part without its overlap; a little below the limit, because frames round durations up. */
const MOST_SECONDS = VENDOR_LIMITS.maxSeconds - OVERLAP_SECONDS - 0.2;
/** How far from an even length a cut may lie to be at a scene change. */
const REACH_SECONDS = 15;
/** Shorter parts have no room for music. */
const LEAST_SECONDS = 10;

export interface Part {
  start: number;
  length: number;
}

/** How many tasks a clip of this length is. */
export function partCount(seconds: number): number {
  if (seconds <= VENDOR_LIMITS.maxSeconds + VENDOR_LIMITS.secondsMargin) return 1;
  return Math.ceil(seconds / MOST_SECONDS);
}

/** Where scene changes are worth knowing, in seconds. */
export function searchWindows(seconds: number): { start: number; length: number }[] {
  const count = partCount(seconds);
  return Array.from({ length: count - 1 }, (_, at) => ({
    start: Math.max(0, ((at + 1) * seconds) / count - REACH_SECONDS),
    length: 2 * REACH_SECONDS,
  }));
}

/**
 * As few parts as the limit allows, cut at scene changes near even lengths.
 * @param seconds of the clip
 * @param scenes times of scene changes, in seconds
 */
export function partsOf(seconds: number, scenes: readonly number[]): Part[] {
  const count = partCount(seconds);
  const cuts = [0];
  for (let at = 1; at < count; at += 1) {
    const last = cuts.at(-1) ?? 0;
    const even = last + (seconds - last) / (count - at + 1);
    // What is left must fit into the parts that are left.
    const from = Math.max(
      last + LEAST_SECONDS,
      seconds - (count - at) * MOST_SECONDS,
      even - REACH_SECONDS,
    );
    const to = Math.min(last + MOST_SECONDS, seconds - LEAST_SECONDS, even + REACH_SECONDS);
    const inReach = scenes.filter((scene) => scene >= from && scene <= to);
    const nearest = inReach.sort((a, b) => Math.abs(a - even) - Math.abs(b - even))[0];
    cuts.push(nearest ?? Math.min(Math.max(even, from), to));
  }
  cuts.push(seconds);
  return cuts.slice(0, -1).map((cut, at) => {
    const start = at === 0 ? 0 : cut - OVERLAP_SECONDS / 2;
    const end = at === count - 1 ? seconds : (cuts[at + 1] ?? seconds) + OVERLAP_SECONDS / 2;
    return { start: rounded(start), length: rounded(end - start) };
  });
}

/** To the millisecond. */
function rounded(seconds: number): number {
  return Number(seconds.toFixed(3));
}
