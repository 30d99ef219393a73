// When a schedule fires, in words.

/** Times counted from 1970-01-01T00:00Z. */
export interface Interval {
  everyMs: number;
  offsetMs: number;
}

/** One way of saying when a schedule fires, or several, which add up. */
export interface ScheduleTimes {
  /** Five fields each; six or seven if others have changed the schedule. */
  cron: string[];
  intervals: Interval[];
}

/** `At 02:00, Monday through Friday` */
export async function timesInWords({ cron, intervals }: ScheduleTimes): Promise<string> {
  const texts = intervals.map(intervalInWords);
  if (cron.length > 0) {
    const { toString } = await import('cronstrue'); // most commands need it not
    // Temporal wants both day of month and day of week to match; other crons want either.
    const options = { use24HourTimeFormat: true, logicalAndDayFields: true };
    texts.unshift(...cron.map((text) => `${toString(text, options)}${dailyText(text)}`));
  }
  return texts.join('; ');
}

/** cronstrue says of times of every day no more than `At 02:00`. */
function dailyText(cron: string): string {
  return /^\d+ \d[\d,]* \* \* \*$/.test(cron) ? ', every day' : '';
}

/** `Every 6 hours, shifted by 15 minutes` */
function intervalInWords({ everyMs, offsetMs }: Interval): string {
  const every = durationInWords(everyMs).replace(/^1 ([a-z]+)$/, '$1');
  return offsetMs === 0
    ? `Every ${every}`
    : `Every ${every}, shifted by ${durationInWords(offsetMs)}`;
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
  ['millisecond', 1],
] as const;

/** `1 day 12 hours`, exact. */
export function durationInWords(ms: number): string {
  let left = ms;
  const texts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) texts.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
  }
  return texts.length === 0 ? '0 seconds' : texts.join(' ');
}
