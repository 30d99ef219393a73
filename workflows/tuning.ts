// The limits an account may be tuned to: those of the settings rate, burst and maxInFlight.
import type { Tuning } from '../contract/account.js';

const RANGES = {
  ratePerSecond: { name: 'rate', least: 0.0001, most: 1000, whole: false },
  burst: { name: 'burst', least: 1, most: 1000, whole: true },
  maxInFlight: { name: 'maxInFlight', least: 1, most: 2000, whole: true },
} as const;

/** Everything wrong with a tuning, in words; other programs may send anything. */
export function tuningFaults(tuning: Tuning): string[] {
  const known = Object.keys(RANGES) as (keyof typeof RANGES)[];
  const given = known.filter((key) => tuning[key] !== undefined);
  if (given.length === 0) return ['nothing to change (give a rate, burst or maxInFlight)'];
  return given.flatMap((key) => {
    const { name, least, most, whole } = RANGES[key];
    const value = Number(tuning[key]);
    const fits = value >= least && value <= most && (!whole || Number.isInteger(value));
    return fits
      ? []
      : [`${name}: ${whole ? 'a whole number' : 'a number'} from ${least} to ${most}`];
  });
}
