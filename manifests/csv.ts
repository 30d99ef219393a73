// Reads CSV row by row, in flat memory.
import { readCsvHeader, type CsvHeader } from './csv-header.js';
import { CsvBreakError, CsvRecords, type CsvBreak, type CsvRecord } from './csv-records.js';
import { MAX_RECORD_CHARS } from './limits.js';
import { type Fault, UnreadableManifest } from './problems.js';
import type { RawRow, Source, SourceOptions } from './source.js';
import { tableRow } from './table-row.js';

/** Text taken apart at once: more than a record, so that none is looked at many times. */
const ENOUGH_CHARS = 2 * MAX_RECORD_CHARS;

const STRAY_QUOTE: Omit<Fault, 'line'> = {
  fault: 'a quote stands inside a value that does not begin with one',
  remedy: 'put the whole value in quotes and double the quotes inside it',
};

/**
 * Opens CSV whose delimiter follows from its header row.
 * @param text UTF-8 with \n line ends, in chunks that end between characters
 * @throws UnreadableManifest if the header cannot be used
 */
export async function openCsv(
  text: AsyncGenerator<Buffer>,
  options?: SourceOptions,
): Promise<Source> {
  const { head, isWhole } = await readHead(text);
  const header = readCsvHeader(head, isWhole, options);
  return {
    defaults: new Map(),
    columns: header.columns.flatMap(({ name }) => name ?? []),
    ownResults: header.ownResults,
    warnings: header.warnings,
    rows: readRows(header, head, text),
  };
}

/** Text enough to hold the header row; all of it, if there is less. */
async function readHead(text: AsyncIterator<Buffer>): Promise<{ head: string; isWhole: boolean }> {
  const parts: string[] = [];
  for (let length = 0; length <= ENOUGH_CHARS;) {
    const next = await text.next();
    if (next.done === true) return { head: parts.join(''), isWhole: true };
    const part = next.value.toString('utf8');
    length += part.length;
    parts.push(part);
  }
  return { head: parts.join(''), isWhole: false };
}

async function* readRows(
  header: CsvHeader,
  head: string,
  rest: AsyncIterable<Buffer>,
): AsyncGenerator<RawRow[]> {
  const records = new CsvRecords(header.delimiter);
  const rowsIn = (text: string): { rows: RawRow[]; failure?: UnreadableManifest } => {
    records.push(text);
    const rows: RawRow[] = [];
    try {
      for (let record = records.next(); record !== undefined; record = records.next()) {
        if (record.line <= header.line || record.cells.every((cell) => cell === '')) continue;
        rows.push(toRow(header, record));
      }
    } catch (error) {
      if (!(error instanceof CsvBreakError)) throw error;
      return { rows, failure: unreadable(error) };
    }
    return { rows };
  };
  const texts = async function* (): AsyncGenerator<string> {
    yield head;
    let parts: string[] = [];
    let length = 0;
    for await (const chunk of rest) {
      const part = chunk.toString('utf8');
      length += part.length;
      parts.push(part);
      if (length <= ENOUGH_CHARS) continue;
      yield parts.join('');
      [parts, length] = [[], 0];
    }
    records.end();
    yield parts.join('');
  };
  for await (const text of texts()) {
    const { rows, failure } = rowsIn(text);
    if (rows.length > 0) yield rows;
    if (failure !== undefined) throw failure;
  }
}

function toRow(header: CsvHeader, record: CsvRecord): RawRow {
  const { columns, spelt } = header;
  const { line, cells } = record;
  if (record.strayQuote) {
    return { line, fields: new Map(), spelt, faults: [{ line, ...STRAY_QUOTE }] };
  }
  const row = tableRow(header, record, (index) => String(index + 1));
  // Empty cells beyond the last column are ignored.
  if (cells.slice(columns.length).some((cell) => cell !== '')) {
    row.faults.push({ line, ...tooManyCells(cells, columns.length) });
  }
  return row;
}

/** Curly quotes, which word processors make of straight ones; they quote nothing. */
const CURLY_OPEN = /^[\u201c\u201d\u201e\u201f\u00ab\u00bb]/;

function tooManyCells(cells: readonly string[], columns: number): Omit<Fault, 'line'> {
  const fault = `the row has ${cells.length} values, the header ${columns} columns`;
  const curly = cells.find((cell) => CURLY_OPEN.test(cell));
  if (curly === undefined) {
    return {
      fault,
      remedy: 'look for an extra delimiter; a value that holds one needs quotes',
    };
  }
  return {
    fault: `${fault}: a value begins with ${curly.slice(0, 1)}, a curly quote, which holds no delimiter`,
    remedy: 'put the value in straight quotes (") instead',
  };
}

const UNREAD = 'the rows after it were not read';

/** A fault after which it is unclear where the next record begins. */
function unreadable(error: CsvBreakError): UnreadableManifest {
  const { line } = error;
  const faults: Record<CsvBreak, Fault> = {
    'unclosed quote': {
      line,
      fault: 'a quote opened in the row that begins here is never closed',
      remedy: `close it; ${UNREAD}`,
    },
    'too long': {
      line,
      fault: `the row that begins here is longer than ${MAX_RECORD_CHARS} characters`,
      remedy: `shorten it, or look for a quote that is never closed; ${UNREAD}`,
    },
    'text after quote': {
      line,
      fault: 'text follows a closing quote',
      remedy: `double the quotes inside a quoted value; ${UNREAD}`,
    },
  };
  return new UnreadableManifest([faults[error.kind]], { cause: error });
}
