// Time zones by their IANA names, and moments as people in one read them. Pure.
import { nearestName } from '../../manifests/nearest.js';

/** That of this machine; UTC where it tells none. */
export function localTimezone(): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions() as { timeZone?: string };
  return timeZone !== undefined && knows(timeZone) ? timeZone : 'UTC';
}

/**
 * A name in the spelling that the server takes, which minds upper and lower case.
 * @throws TypeError with fault and what to do
 */
export function readTimezone(name: string): string {
  const names = Intl.supportedValuesOf('timeZone');
  const same = names.find((known) => known.toLowerCase() === name.toLowerCase());
  if (same !== undefined) return same;
  // Names of old, such as US/Pacific, are taken, but offsets are not: they know no summer time.
  if (/^[a-z]/i.test(name) && knows(name)) return name.toLowerCase() === 'utc' ? 'UTC' : name;
  const near = nearestName(name, names);
  throw new TypeError(
    `${JSON.stringify(name)} is no time zone (${near === undefined ? '' : `did you mean ${near}? `}write an IANA name such as Europe/Berlin or UTC)`,
  );
}

function knows(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).format(0) !== '';
  } catch {
    return false; // a RangeError: it is not one
  }
}

/** `Tue 2026-11-24 02:00 (UTC+1)`: a moment on the clocks of a time zone. */
export function zonedText(moment: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'shortOffset' },
  }).formatToParts(moment);
  const part = (type: Intl.DateTimeFormatPartTypes): string =>
    parts.find((candidate) => candidate.type === type)?.value ?? '';
  const offset = part('timeZoneName').replace('GMT', 'UTC').replace(/\+0$/, '');
  return `${part('weekday')} ${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')} (${offset})`;
}
