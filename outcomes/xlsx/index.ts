// Results as an .xlsx workbook. Loaded when one is to be written.
import { PassThrough, Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { RESULT_COLUMNS } from '../../contract/result-columns.js';
import type { ResultRow } from '../result-row.js';
import { numericColumns } from './numeric-columns.js';
import { PARTS, SHEET_PART } from './parts.js';
import { sheetXml } from './sheet-xml.js';

/** The same rows give the same bytes, so no time is in them. */
const ENTRY = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, mode: 0o100644 };

/**
 * A workbook of one sheet, `Results`, with the columns of `results.csv`. Rows are taken as they are read from it.
 * @param rows reads them from the first on each time; they are read twice
 * @param extraColumns the manifest's own columns, in its order
 * @returns a stream that fails if the rows do, or if they are more than a sheet holds
 */
export async function xlsxBytes(
  rows: () => AsyncIterable<ResultRow>,
  extraColumns: readonly string[],
): Promise<Readable> {
  const numeric = await numericColumns(rows(), extraColumns);
  const columns = [...RESULT_COLUMNS, ...extraColumns];
  const sheet = Readable.from(sheetXml(rows(), columns, numeric));
  const zip = new ZipFile();
  const output = new PassThrough();
  const fail = (error: unknown): void => void output.destroy(error as Error);
  // yazl hands on no errors from one stream to the next.
  sheet.on('error', fail);
  zip.on('error', fail);
  zip.outputStream.on('error', fail);
  output.on('close', () => sheet.destroy());
  for (const [name, content] of PARTS) zip.addBuffer(Buffer.from(content), name, ENTRY);
  zip.addReadStream(sheet, SHEET_PART, ENTRY);
  zip.end();
  return zip.outputStream.pipe(output);
}
