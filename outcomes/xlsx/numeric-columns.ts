// Which of a manifest's own columns hold numbers, so that a spreadsheet can add them up.
import type { ResultRow } from '../result-row.js';

/** More digits are shown with an exponent. */
const MAX_CHARS = 11;
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?$/;

/** Columns that hold a number in every row that has a value there, and have one; `007` is none. */
export async function numericColumns(
  rows: AsyncIterable<ResultRow>,
  columns: readonly string[],
): Promise<Set<string>> {
  const left = new Set(columns);
  const seen = new Set<string>();
  if (left.size === 0) return seen;
  for await (const row of rows) {
    for (const column of left) {
      const value = row[column];
      if (value === '' || value === null || value === undefined) continue;
      if (typeof value === 'string' && isNumber(value)) seen.add(column);
      else left.delete(column);
    }
    if (left.size === 0) break;
  }
  return new Set([...left].filter((column) => seen.has(column)));
}

/** The number gives back the very text. */
function isNumber(text: string): boolean {
  return text.length <= MAX_CHARS && NUMBER.test(text) && String(Number(text)) === text;
}
