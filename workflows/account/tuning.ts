// Checks the limits with which an account is to be tuned.
import { isObject, real, whole } from '../checks.js';
import { PACE_RANGES } from '../../contract/account.js';

/** The names that users know. */
const SETTINGS = { ratePerSecond: 'rate', burst: 'burst', maxInFlight: 'maxInFlight' } as const;

/** All faults of a tuning, as messages; other programs may send anything. */
export function tuningFaults(tuning: unknown): string[] {
  if (!isObject(tuning)) return ['nothing to change (give a rate, burst or maxInFlight)'];
  const known = Object.keys(SETTINGS) as (keyof typeof SETTINGS)[];
  const given = known.filter((key) => tuning[key] !== undefined);
  if (given.length === 0) return ['nothing to change (give a rate, burst or maxInFlight)'];
  return given.flatMap((key) => {
    const { least, most, kind } = PACE_RANGES[key];
    const check = kind === 'integer' ? whole : real;
    const fault = check(least, most)(tuning[key]);
    return fault === undefined ? [] : [`${SETTINGS[key]}${fault}`];
  });
}
