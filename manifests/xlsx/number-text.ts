// Numbers of cells as text: as spreadsheet programs show them, dates in ISO 8601. Pure.
import type { NumberFormat } from './number-formats.js';

/** Digits that spreadsheet programs keep: 0.1 + 0.2 is 0.3 there. */
const DIGITS = 15;
const DAY_SECONDS = 86_400;
/** Day 0 of each way of counting. */
const EPOCH_1900 = Date.UTC(1899, 11, 30);
const EPOCH_1904 = Date.UTC(1904, 0, 1);
/** The last day of the year 9999, which is the last that Excel knows. */
const MAX_DAY = 2_958_465;

/**
 * @param value as the file writes it; what is no number stays as it is
 * @param from1904 days are counted from 1904
 */
export function numberText(value: string, format: NumberFormat, from1904: boolean): string {
  const number = value.trim() === '' ? NaN : Number(value);
  if (!Number.isFinite(number)) return value;
  if (format === 'plain') return plainNumber(number);
  if (typeof format === 'object') {
    const text = plainNumber(number);
    return /^\d+$/.test(text) ? text.padStart(format.zeros, '0') : text;
  }
  if (number < 0 || number > MAX_DAY) return plainNumber(number);
  if (format === 'elapsed') return clock(Math.round(number * DAY_SECONDS));
  return dateText(number, format, from1904);
}

function plainNumber(number: number): string {
  const rounded = Number(number.toPrecision(DIGITS));
  return String(Object.is(rounded, -0) ? 0 : rounded);
}

function dateText(
  number: number,
  format: 'date' | 'time' | 'short' | 'datetime',
  from1904: boolean,
): string {
  // To the second: halves of a day are exact, most times are not.
  const seconds =
    format === 'date' ? Math.floor(number) * DAY_SECONDS : Math.round(number * DAY_SECONDS);
  if (format === 'time') return clock(seconds % DAY_SECONDS);
  if (format === 'short') return shortClock(seconds % DAY_SECONDS);
  const days = Math.floor(seconds / DAY_SECONDS);
  // Excel has a 29 February 1900, day 60, so the days before it are one off.
  const early = !from1904 && days < 60 ? 1 : 0;
  const epoch = from1904 ? EPOCH_1904 : EPOCH_1900;
  const date = new Date(epoch + (seconds + early * DAY_SECONDS) * 1_000).toISOString();
  return format === 'date' ? date.slice(0, 10) : date.slice(0, 19);
}

/** `1:30`, which people may mean as minutes and seconds. */
function shortClock(seconds: number): string {
  const text = clock(seconds);
  return text.endsWith(':00') ? text.slice(0, -3).replace(/^0/, '') : text;
}

function clock(seconds: number): string {
  const two = (number: number): string => String(Math.floor(number)).padStart(2, '0');
  return `${two(seconds / 3_600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}
