import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { RESULT_COLUMNS } from '../contract/result-columns.js';
import type { ResultRow } from './result-row.js';

/**
 * Results as CSV, header first. Cells that a spreadsheet would run as a formula are escaped with an
 * apostrophe; `results.jsonl` has every value as it is.
 * @param extraColumns the manifest's own columns, in its order
 */
export function csvLines(rows: AsyncIterable<ResultRow>, extraColumns: string[]): Readable {
  const stringifier = stringify({
    header: true,
    columns: [...RESULT_COLUMNS, ...extraColumns],
    escape_formulas: true,
    cast: {
      boolean: (value) => String(value),
      // The one sign of OWASP's list (CSV injection) that escape_formulas leaves out.
      string: (value) => (value.startsWith('\n') ? `'${value}` : value),
    },
  });
  return pipeline(Readable.from(rows), stringifier, () => undefined); // a failure ends the reader
}
