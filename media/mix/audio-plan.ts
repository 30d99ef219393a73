// What is heard in a finished video. Pure.
import type { AudioPlan } from '../../contract/mix.js';

export type { AudioPlan };

/**
 * What is done of what was asked for.
 * @param audible whether the clip has sound that can be heard: a track of silence is none
 */
export function planOf(asked: AudioPlan | undefined, audible: boolean): AudioPlan {
  if (asked === 'keep' || asked === 'replace') return asked;
  return audible ? (asked ?? 'duck') : 'replace';
}

/** The clip's own sound is a part of it. */
export function hasVoice(plan: AudioPlan): plan is 'duck' | 'under' {
  return plan === 'duck' || plan === 'under';
}
