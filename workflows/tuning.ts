// Whether an account may be tuned so.
import { isObject } from './checks.js';
import { PACE_RANGES } from '../contract/batch.js';

/** As people know them. */
const SETTINGS = { ratePerSecond: 'rate', burst: 'burst', maxInFlight: 'maxInFlight' } as const;

/** Everything wrong with a tuning, in words; other programs may send anything. */
export function tuningFaults(tuning: unknown): string[] {
  if (!isObject(tuning)) return ['nothing to change (give a rate, burst or maxInFlight)'];
  const known = Object.keys(SETTINGS) as (keyof typeof SETTINGS)[];
  const given = known.filter((key) => tuning[key] !== undefined);
  if (given.length === 0) return ['nothing to change (give a rate, burst or maxInFlight)'];
  return given.flatMap((key) => {
    const { least, most, kind } = PACE_RANGES[key];
    const whole = kind === 'integer';
    const value = tuning[key];
    const fits =
      typeof value === 'number' &&
      value >= least &&
      value <= most &&
      (!whole || Number.isInteger(value));
    const wanted = whole ? 'a whole number' : 'a number';
    return fits ? [] : [`${SETTINGS[key]}: ${wanted} from ${least} to ${most}`];
  });
}
