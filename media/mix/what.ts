// What a finished video is, in words. Pure.
import type { AudioPlan } from './audio-plan.js';

const PLANS: Readonly<Record<AudioPlan, string>> = {
  duck: 'music that makes room for its sound',
  under: 'music under its sound',
  replace: 'music instead of its sound',
  keep: 'the clip as it is',
};

export function whatOf({
  audio,
  seconds,
  loudness,
  peak,
}: {
  audio: AudioPlan;
  seconds: number;
  loudness?: number;
  peak?: number;
}): string {
  return [
    PLANS[audio],
    ...(loudness === undefined ? [] : [`${loudness.toFixed(1)} LUFS`]),
    ...(peak === undefined ? [] : [`peak ${peak.toFixed(1)} dBTP`]),
    `${seconds.toFixed(1)} s`,
  ].join(', ');
}
