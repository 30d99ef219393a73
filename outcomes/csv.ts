import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { RESULT_COLUMNS } from '../contract/result-columns.js';
import { escapeFormulas } from '../manifests/formula-cells.js';
import type { ResultRow } from './result-row.js';

/**
 * Results as CSV, header first. What a spreadsheet would run as a formula, also one that splits at
 * semicolons or tabs, is escaped with an apostrophe; `results.jsonl` has every value as it is.
 * @param extraColumns the manifest's own columns, in its order
 */
export function csvLines(rows: AsyncIterable<ResultRow>, extraColumns: string[]): Readable {
  const stringifier = stringify({
    header: true,
    columns: [...RESULT_COLUMNS, ...extraColumns],
    // So that who splits at these signs as well, as LibreOffice does, finds the cell whole.
    quoted_match: /[;\t]/,
    cast: {
      // No id, and so no key of a file, has this sign (manifests/clip-id.ts).
      object: (value) => (Array.isArray(value) ? value.join('|') : ''),
      boolean: (value) => String(value),
      string: escapeFormulas,
    },
  });
  return pipeline(Readable.from(rows), stringifier, () => undefined); // a failure ends the reader
}
