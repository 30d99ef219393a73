// Times that the clocks of a zone skip when summer time begins: the server takes cron expressions by the
// clock, so such a time does not come that day. (One that they show twice in autumn comes once.) Pure.

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const AHEAD_DAYS = 366;

/** Wall times that do not come, as if the clock were that of UTC: milliseconds since 1970. */
interface Gap {
  from: number;
  to: number;
}

/**
 * A note for each change of the clocks within a year that leaves out a time of the expressions.
 * @param cron of five fields, as `cronOf` writes them
 */
export function clockChangeNotes(cron: readonly string[], timezone: string, now: Date): string[] {
  // What fires in every hour of the day goes on evenly.
  const timed = cron.map((text) => text.split(' ')).filter(([, hour]) => hour !== '*');
  if (timed.length === 0) return [];
  return gapsAhead(timezone, now).flatMap(({ from, to }) => {
    for (let wall = from; wall < to; wall += MINUTE_MS) {
      if (!timed.some((fields) => matches(fields, wall))) continue;
      const [date = '', time = ''] = new Date(wall).toISOString().split('T');
      return [
        `${date} has no ${time.slice(0, 5)} in ${timezone}, where the clocks go forward: nothing starts then (another hour avoids it)`,
      ];
    }
    return [];
  });
}

function gapsAhead(timezone: string, now: Date): Gap[] {
  const offsetAt = offsetsOf(timezone);
  const found: Gap[] = [];
  const first = Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS;
  for (let day = 0; day < AHEAD_DAYS; day += 1) {
    let [low, high] = [first + day * DAY_MS, first + (day + 1) * DAY_MS];
    const [before, after] = [offsetAt(low), offsetAt(high)];
    if (after <= before) continue;
    while (high - low > MINUTE_MS) {
      const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS;
      if (offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    found.push({ from: high + before, to: high + after });
  }
  return found;
}

/** How far a zone's clocks are ahead of UTC at a moment, in milliseconds. */
function offsetsOf(timeZone: string): (moment: number) => number {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  return (moment) => {
    const name = format.formatToParts(moment).find(({ type }) => type === 'timeZoneName')?.value;
    const match = /([+-])(\d\d):(\d\d)/.exec(name ?? '');
    if (!match) return 0;
    const minutes = Number(match[2]) * 60 + Number(match[3]);
    return (match[1] === '-' ? -minutes : minutes) * MINUTE_MS;
  };
}

/** Whether a wall time is one of an expression's. */
function matches(fields: readonly string[], wall: number): boolean {
  const clock = new Date(wall);
  const values = [
    ...[clock.getUTCMinutes(), clock.getUTCHours(), clock.getUTCDate()],
    ...[clock.getUTCMonth() + 1, clock.getUTCDay()],
  ];
  return values.every((value, at) =>
    (fields[at] ?? '*').split(',').some((range) => inRange(range, value, at === 2 || at === 3)),
  );
}

/** @param fromOne the field counts from 1 */
function inRange(range: string, value: number, fromOne: boolean): boolean {
  const [span = '*', step = '1'] = range.split('/');
  if (span === '*') return (value - (fromOne ? 1 : 0)) % Number(step) === 0;
  const [first = NaN, last = first] = span.split('-').map(Number);
  return value >= first && value <= last && (value - first) % Number(step) === 0;
}
