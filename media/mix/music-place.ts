// Where in a finished video its music is heard. Pure.
import type { Excerpt } from '../../contract/clip.js';
import { NoMixError } from './failures.js';
import type { MusicPlace } from './graph.js';
import { RATE } from './sound.js';

/**
 * The place of music that is for a part of a clip alone, and how long it is in samples; undefined: all of the clip.
 * @param lead seconds of sound before the first picture, @param total samples of it all
 * @throws NoMixError if the clip is shorter than that
 */
export function placeOf(
  excerpt: Excerpt | undefined,
  lead: number,
  total: number,
): (MusicPlace & { span: number }) | undefined {
  if (!excerpt) return undefined;
  const before = Math.round((lead + excerpt.start) * RATE);
  const rest = total - before;
  if (rest < 1) throw new NoMixError(`the clip ends before its part begins (${excerpt.start} s)`);
  const { length = Infinity } = excerpt;
  return { before, total, span: Math.max(1, Math.min(rest, Math.round(length * RATE))) };
}
