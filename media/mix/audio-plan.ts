// What is heard in a finished video. Pure.

/**
 * `duck`: the clip's sound, and music that makes room for it. `under`: both, the music low all the time.
 * `replace`: the music alone. `keep`: the clip as it is.
 */
export type AudioPlan = 'duck' | 'under' | 'replace' | 'keep';

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
