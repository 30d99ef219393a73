// The part of a clip that a row chooses by its columns start and length. Pure.
import type { Excerpt } from '../contract/clip.js';
import type { Fault } from './problems.js';

/** Seconds in a day: longer videos are typing errors. */
const MOST_SECONDS = 86_400;

/** Columns that choose a part. */
const EXCERPT_COLUMNS = ['start', 'length'] as const;
type ExcerptColumn = (typeof EXCERPT_COLUMNS)[number];

/** Undefined if a row takes the whole clip. */
export function excerptOf(
  fields: ReadonlyMap<string, string>,
  blame: (column: ExcerptColumn, fault: Omit<Fault, 'line'>) => void,
): Excerpt | undefined {
  const [start, length] = EXCERPT_COLUMNS.map((column) => {
    const text = valueOf(fields, column);
    if (text === '') return undefined;
    const seconds = secondsOf(text);
    if (seconds !== undefined && (column === 'start' || seconds > 0)) return seconds;
    blame(column, {
      fault: `${column} ${JSON.stringify(text)} is no time`,
      remedy: 'write seconds, 12.5, or minutes and seconds, 1:30',
    });
    return undefined;
  });
  if (length === undefined && !start) return undefined;
  return { start: start ?? 0, ...(length !== undefined && { length }) };
}

/** For messages and identities, as a media fragment of the W3C: `#t=10,25`. */
export function fragmentOf(excerpt: Excerpt | undefined): string {
  if (!excerpt) return '';
  const { start, length } = excerpt;
  const end = length === undefined ? '' : `,${Number((start + length).toFixed(3))}`;
  return `#t=${start}${end}`;
}

/** The column under its own name, or in other letters. */
function valueOf(fields: ReadonlyMap<string, string>, column: string): string {
  const own = fields.get(column);
  if (own !== undefined) return own.trim();
  for (const [name, value] of fields) if (name.toLowerCase() === column) return value.trim();
  return '';
}

/** `12.5`, `1:30`, `1:02:03.5`; a decimal comma is one. Undefined if it is no time. */
function secondsOf(text: string): number | undefined {
  const [, h, m, s = ''] =
    /^(?:(?:(\d{1,2}):)?(\d{1,3}):)?(\d{1,5}(?:[.,]\d{1,6})?) *s?$/.exec(text) ?? [];
  if (s === '') return undefined;
  const seconds = Number(s.replace(',', '.'));
  if ((m !== undefined && seconds >= 60) || (h !== undefined && Number(m) >= 60)) return undefined;
  const all = Number(h ?? 0) * 3600 + Number(m ?? 0) * 60 + seconds;
  return all <= MOST_SECONDS ? Number(all.toFixed(3)) : undefined;
}
