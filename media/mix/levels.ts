// How loud the music is beside the clip's own sound, and when it makes room. Pure.
import { hasVoice, type AudioPlan } from './audio-plan.js';
import type { Loudness } from './loudness.js';

/** LU below the voice that music is while nobody speaks: present, and no jump to the next word. */
const DUCKED_BELOW = 3;
/** LU below the voice of music that does not duck: speech stays easy to follow (15 and more is a bed nobody hears). */
const UNDER_BELOW = 12;
/**
 * dB below the voice's loudness from which on music ducks. So far below, soft syllables take it down by 8 dB, and
 * shouts by not much more than 16.
 */
const DUCK_BELOW = 20;
/**
 * LUFS. A sound that is quieter is noise of a room or a camera: the music does not duck for it, nor does it come
 * down to it.
 */
const LEAST_VOICE = -40;

export interface Levels {
  /** dB by which music is changed before it is mixed. */
  musicGain: number;
  /** dBFS of the voice from which on the music ducks; undefined: never. */
  duckAbove?: number;
}

/** @param voice undefined if the clip has none */
export function levelsOf(plan: AudioPlan, music: Loudness, voice?: Loudness): Levels {
  // What is left is one gain for the whole.
  if (!voice || !hasVoice(plan)) return { musicGain: 0 };
  const reference = Math.max(voice.loudness, LEAST_VOICE);
  const below = plan === 'duck' ? DUCKED_BELOW : UNDER_BELOW;
  return {
    musicGain: reference - below - music.loudness,
    ...(plan === 'duck' && { duckAbove: reference - DUCK_BELOW }),
  };
}
