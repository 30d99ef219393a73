// How a soundtrack is made as long as the picture. Pure.
import { RATE } from './sound.js';

/** In samples at 48 kHz. */
export interface MusicShape {
  /** What the mix has. */
  total: number;
  /** Of the soundtrack that is used: all of it, or what the picture has room for. */
  used: number;
  /** Where it is repeated: how long its end and its beginning sound together. */
  crossfade?: number;
  /** How long it fades, until `fadeEnd`. */
  fade: number;
  fadeEnd: number;
}

/** Seconds. As long as a phrase takes; a shorter one is heard as a cut. */
const CROSSFADE = 2;
/** Of the soundtrack: a short one would be nothing but crossfade. */
const MOST_CROSSFADE = 0.25;
/** Of the picture: a short one would be nothing but fade. */
const MOST_FADE = 0.25;
/** Seconds, and part of the picture, that may be without music at the end before it begins again. */
const SPARE_SECONDS = 1;
const SPARE_PART = 0.1;

/**
 * @param total of the picture, @param music of the soundtrack, both in samples
 * @param fadeSeconds at the end
 */
export function musicShape(total: number, music: number, fadeSeconds: number): MusicShape {
  const used = Math.min(total, music);
  const fade = Math.round(Math.min(Math.max(0, fadeSeconds) * RATE, total * MOST_FADE));
  // A soundtrack made for this clip may end a little before it.
  if (total - used <= Math.min(SPARE_SECONDS * RATE, total * SPARE_PART)) {
    return { total, used, fade, fadeEnd: used };
  }
  const crossfade = Math.max(1, Math.floor(Math.min(CROSSFADE * RATE, used * MOST_CROSSFADE)));
  return { total, used, crossfade, fade, fadeEnd: total };
}

/** How often the soundtrack begins. */
export function timesHeard({ total, used, crossfade }: MusicShape): number {
  if (crossfade === undefined) return 1;
  return Math.ceil((total - crossfade) / (used - crossfade));
}
