// results.xlsx: an extra for people. Whatever happens to it, results.csv stays as it is and the batch ends well.
import type { OwnCode } from '../contract/error-codes.js';
import type { Store } from '../store/store.js';
import { readJsonLines } from './json-lines.js';
import type { ResultRow } from './result-row.js';
import { writeWarnings } from './warnings.js';

const FILE = 'results.xlsx';
/** Before any round: a later round's results replace an earlier one's, and so does what is said of them. */
const NOTE = { round: 0, page: 'results' };

/**
 * Writes results.xlsx from results.jsonl if it is wanted, or there is one, which would else be older than the
 * results beside it. If that fails, a warning says so, and no older one stays.
 * @param columns the manifest's own
 * @throws only if the store takes neither the warning nor the removal
 */
export async function writeWorkbook(
  store: Store,
  columns: readonly string[],
  wanted: boolean,
): Promise<void> {
  if (!wanted && !(await store.exists(FILE))) return;
  try {
    const { xlsxBytes } = await import('./xlsx/index.js');
    const rows = (): AsyncIterable<ResultRow> => readJsonLines<ResultRow>(store, 'results.jsonl');
    await store.writeStream(FILE, await xlsxBytes(rows, columns));
    await writeWarnings(store, NOTE.round, NOTE.page, []);
  } catch (error) {
    await removed(store);
    const code: OwnCode = 'xlsx_not_written';
    const message = `${FILE} was not written: ${error instanceof Error ? error.message : String(error)}`;
    await writeWarnings(store, NOTE.round, NOTE.page, [{ id: '', code, message }]);
  }
}

/** What cannot be removed, a folder of that name for instance, is no older workbook. */
async function removed(store: Store): Promise<void> {
  try {
    await store.remove(FILE);
  } catch {
    return;
  }
}
