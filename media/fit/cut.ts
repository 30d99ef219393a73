// Which part of a clip is given to the vendor. Pure.
import type { Excerpt } from '../../contract/clip.js';
import type { LongRule } from '../../contract/batch.js';
import { VENDOR_LIMITS } from '../limits.js';
import type { Cut } from './encode.js';
import { partCount } from './parts.js';

const { maxSeconds, secondsMargin } = VENDOR_LIMITS;

/** A clip whose duration nobody tells is read up to here; what is longer than the vendor takes shows then. */
const UNKNOWN_SECONDS = maxSeconds + 1;
/** Shorter rests are none: durations are rounded. */
const LEAST_SECONDS = 0.1;

/** How much of a clip its row wants, in seconds; undefined if nobody tells how long it is. */
export function wantedSeconds(
  seconds: number | undefined,
  { start = 0, length = Infinity }: Partial<Excerpt> = {},
): number | undefined {
  return seconds === undefined ? undefined : Math.min(length, seconds - start);
}

/** In how many parts a clip is given to the vendor. */
export function partsWanted(
  seconds: number | undefined,
  excerpt: Excerpt | undefined,
  long: LongRule,
): number {
  return long === 'parts' ? partCount(wantedSeconds(seconds, excerpt) ?? 0) : 1;
}

/**
 * @param seconds of the clip; undefined if it is unknown
 * @returns the part, or why there is none, with what to do
 */
export function cutOf(
  seconds: number | undefined,
  { start = 0, length }: Partial<Excerpt> = {},
  long: LongRule,
): Cut | { fault: string } {
  const left = seconds === undefined ? UNKNOWN_SECONDS : seconds - start;
  if (left < LEAST_SECONDS) {
    return { fault: `start is ${start} s, and the clip has ${timeText(seconds)} (correct it)` };
  }
  const wanted = Math.min(length ?? left, left);
  // Parts are cut before: what is still too long comes from a file that does not tell its duration.
  if (wanted <= maxSeconds + secondsMargin || long === 'first') {
    return { start, seconds: Math.min(wanted, maxSeconds) };
  }
  // Whether it is too long shows when it is there.
  if (seconds === undefined && length === undefined) return { start, seconds: wanted };
  return { fault: tooLong(wanted) };
}

function tooLong(seconds: number): string {
  return `${timeText(seconds)}, the vendor takes at most ${maxSeconds} s (choose a part with the columns start and length, or --long first or parts)`;
}

function timeText(seconds = 0): string {
  return `${seconds.toFixed(1)} s`;
}
