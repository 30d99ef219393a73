// Cron expressions: checked before the server sees them, and rendered from what it made of them. Pure.
import { DAYS_OF_WEEK, MONTHS, type CalendarSpecDescription } from '@temporalio/client';

interface Field {
  name: string;
  least: number;
  most: number;
  /** Three-letter names, the first for `least`. */
  names?: readonly string[];
}

const short = (name: string): string => name.slice(0, 3);

const FIELDS: readonly Field[] = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, names: MONTHS.map(short) },
  { name: 'day of week', least: 0, most: 7, names: DAYS_OF_WEEK.map(short) }, // 7 is Sunday too
];

/** What is wrong with a cron expression, and what to do; undefined if nothing is. */
export function cronFault(cron: string): string | undefined {
  const shown = JSON.stringify(cron);
  const parts = cron.trim().split(/\s+/);
  if (parts.length !== FIELDS.length || cron.trim() === '') {
    const count = cron.trim() === '' ? 0 : parts.length;
    return `${shown} has ${count} ${count === 1 ? 'field' : 'fields'} (write five: minute, hour, day of month, month, day of week, such as '0 2 * * *')`;
  }
  for (const [at, field] of FIELDS.entries()) {
    for (const range of (parts[at] ?? '').split(',')) {
      const fault = rangeFault(range, field);
      if (fault !== undefined) return `${shown}: ${fault}`;
    }
  }
  return undefined;
}

// `*`, `5`, `1-5`, each also with a step, as in `*/15`.
function rangeFault(range: string, field: Field): string | undefined {
  const match = /^(?:(\*)|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/(\d{1,4}))?$/i.exec(range);
  const expected = `(write ${field.least}-${field.most}${field.names ? ', names such as ' + (field.names[0] ?? '') : ''}, *, a list or a range)`;
  if (!match) return `${field.name} ${JSON.stringify(range)} is not understood ${expected}`;
  const [, star, from, to, step] = match;
  if (step !== undefined && Number(step) === 0) {
    return `${field.name} ${range} has a step of 0 (write 1 or more)`;
  }
  if (star !== undefined) return undefined;
  const values = [from, to].flatMap((text) =>
    text === undefined ? [] : [[text, valueOf(text, field)] as const],
  );
  for (const [text, value] of values) {
    if (value === undefined || value < field.least || value > field.most) {
      return `${field.name} ${text} is out of bounds ${expected}`;
    }
  }
  const [first, last] = values.map(([, value]) => value ?? 0);
  if (first !== undefined && last !== undefined && last < first) {
    return `${field.name} ${range} ends before it begins (write two ranges with a comma)`;
  }
  return undefined;
}

function valueOf(text: string, { names, least }: Field): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const at = names?.indexOf(text.toUpperCase()) ?? -1;
  return at < 0 ? undefined : at + least;
}

type Ranges = readonly { start: number | string; end: number | string; step: number }[];

/**
 * The cron expression of a calendar as the server keeps it. Seconds and years come only from schedules
 * that others have changed; then it has six or seven fields.
 */
export function cronOf(calendar: CalendarSpecDescription): string {
  const month = (name: number | string) => MONTHS.findIndex((month) => month === name) + 1;
  const day = (name: number | string) => DAYS_OF_WEEK.findIndex((day) => day === name);
  const second = fieldText(calendar.second, 0, 59);
  const year = calendar.year.length === 0 ? '*' : fieldText(calendar.year, 0, 9999);
  const five = [
    fieldText(calendar.minute, 0, 59),
    fieldText(calendar.hour, 0, 23),
    fieldText(calendar.dayOfMonth, 1, 31),
    fieldText(calendar.month, 1, 12, month),
    fieldText(calendar.dayOfWeek, 0, 6, day),
  ];
  const seconds = second === '0' && year === '*' ? [] : [second];
  return [...seconds, ...five, ...(year === '*' ? [] : [year])].join(' ');
}

function fieldText(
  ranges: Ranges,
  least: number,
  most: number,
  numberOf: (value: number | string) => number = Number,
): string {
  const texts = ranges.map(({ start, end, step }) => {
    const [from, to] = [numberOf(start), numberOf(end)];
    const every = step > 1 ? `/${step}` : '';
    if (from === least && to === most) return `*${every}`;
    return from === to ? String(from) : `${from}-${to}${every}`;
  });
  return texts.join(',');
}
