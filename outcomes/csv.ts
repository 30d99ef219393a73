import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { RESULT_COLUMNS } from '../contract/result-columns.js';
import { escapeFormulas } from '../manifests/formula-cells.js';
import type { ResultRow } from './result-row.js';

/**
 * Results as CSV, header first. Text that a spreadsheet would evaluate as a formula is escaped with an
 * apostrophe, also after a semicolon or tab, where some split cells; `results.jsonl` escapes nothing.
 * @param extraColumns the manifest's own columns, in its order
 */
export function csvLines(rows: AsyncIterable<ResultRow>, extraColumns: string[]): Readable {
  const stringifier = stringify({
    header: true,
    columns: [...RESULT_COLUMNS, ...extraColumns],
    // Programs that also split at these characters, such as LibreOffice, then keep the cell whole.
    quoted_match: /[;\t]/,
    cast: {
      // No id, and so no key of a file, contains this character (manifests/clip-id.ts).
      object: (value) => (Array.isArray(value) ? value.join('|') : ''),
      boolean: (value) => String(value),
      string: escapeFormulas,
    },
  });
  return pipeline(Readable.from(rows), stringifier, () => undefined); // a failure ends the returned stream
}
