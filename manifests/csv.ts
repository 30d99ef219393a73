// Reads CSV row by row, in flat memory.
import type { CsvError } from 'csv-parse';
import { parse } from 'csv-parse';
import { endOfHeader, readCsvHeader, type CsvHeader } from './csv-header.js';
import { MAX_RECORD_CHARS } from './limits.js';
import { type Fault, UnreadableManifest } from './problems.js';
import type { RawRow, Source } from './source.js';

/**
 * Opens CSV whose delimiter follows from its header row.
 * @param text UTF-8 with \n line ends, in chunks that end between characters
 * @throws UnreadableManifest if the header cannot be used
 */
export async function openCsv(text: AsyncGenerator<Buffer>): Promise<Source> {
  const { head, end } = await readHead(text);
  const header = readCsvHeader(head.toString('utf8').slice(0, end));
  return {
    defaults: new Map(),
    columns: header.columns,
    rows: readRows(header, head, text),
  };
}

/** Reads on until the header row is whole. */
async function readHead(text: AsyncGenerator<Buffer>): Promise<{ head: Buffer; end: number }> {
  let head: Buffer = Buffer.alloc(0);
  for (;;) {
    const next = await text.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
    const end = endOfHeader(head.toString('utf8'));
    if (end > MAX_RECORD_CHARS || (end < 0 && head.length > MAX_RECORD_CHARS)) {
      throw new UnreadableManifest([
        {
          line: 1,
          fault: `the header row is longer than ${MAX_RECORD_CHARS} characters`,
          remedy: 'look for a quote that is never closed, or for a file that is no CSV',
        },
      ]);
    }
    if (end >= 0) return { head, end };
  }
  if (head.toString('utf8').trim() === '') {
    throw new UnreadableManifest([
      { fault: 'the file is empty', remedy: 'give it a header row and one row for each clip' },
    ]);
  }
  return { head, end: head.length };
}

async function* readRows(
  header: CsvHeader,
  head: Buffer,
  rest: AsyncIterable<Buffer>,
): AsyncGenerator<RawRow[]> {
  let rows: RawRow[] = [];
  /** Last line of the record before the one being read. */
  let lastLine = 0;
  let headerRead = false;

  const parser = parse({
    delimiter: header.delimiter,
    record_delimiter: '\n',
    trim: true,
    relax_column_count: true,
    max_record_size: MAX_RECORD_CHARS,
    skip_records_with_error: true,
    // Records and errors are taken here, where they come in file order; none is emitted.
    on_record: (cells: string[], { lines }) => {
      // Only quoted cells hold line breaks.
      const line = lines - cells.reduce((breaks, cell) => breaks + countBreaks(cell), 0);
      lastLine = lines;
      if (cells.every((cell) => cell === '')) return null;
      if (headerRead) rows.push(toRow(header.columns, cells, line));
      headerRead = true;
      return null;
    },
    on_skip: (error) => {
      if (error?.code !== 'INVALID_OPENING_QUOTE') throw unreadable(error, lastLine + 1);
      const line = Number(error['lines']);
      const fault = {
        line,
        fault: 'a quote stands inside a value that does not begin with one',
        remedy: 'put the whole value in quotes and double the quotes inside it',
      };
      // One record may have several such quotes.
      if (rows.at(-1)?.faults[0]?.line !== line) {
        rows.push({ line, fields: new Map(), faults: [fault] });
      }
      return undefined;
    },
  });
  let failure: Error | undefined;
  parser.on('error', (error) => (failure = error));
  parser.resume();
  const settle = (send: (done: (error?: Error | null) => void) => void) =>
    new Promise<void>((resolve, reject) => {
      send((error) => (error ? reject(error) : resolve()));
    });

  try {
    await settle((done) => parser.write(head, done));
    if (rows.length > 0) yield rows;
    for await (const chunk of rest) {
      rows = [];
      await settle((done) => parser.write(chunk, done));
      if (rows.length > 0) yield rows;
    }
    rows = [];
    await settle((done) => parser.end(done));
    if (rows.length > 0) yield rows;
  } catch (error) {
    if (rows.length > 0) yield rows;
    throw failure ?? error;
  } finally {
    parser.destroy();
  }
}

function toRow(columns: readonly string[], cells: readonly string[], line: number): RawRow {
  const fields = new Map<string, string>();
  for (const [index, column] of columns.entries()) {
    const cell = cells[index];
    if (cell !== undefined && cell !== '') fields.set(column, cell);
  }
  if (cells.length === columns.length) return { line, fields, faults: [] };
  const fault = {
    line,
    fault: `the row has ${cells.length} values, the header ${columns.length} columns`,
    remedy: 'look for a missing or extra delimiter; a value that holds one needs quotes',
  };
  return { line, fields, faults: [fault] };
}

function countBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** A fault after which nobody can tell where the next record begins. */
function unreadable(error: CsvError | undefined, firstLine: number): UnreadableManifest {
  const unread = 'the rows after it were not read';
  const faults = new Map<string | undefined, Fault>([
    [
      'CSV_QUOTE_NOT_CLOSED',
      {
        line: firstLine,
        fault: 'a quote opened in the row that begins here is never closed',
        remedy: `close it; ${unread}`,
      },
    ],
    [
      'CSV_MAX_RECORD_SIZE',
      {
        line: firstLine,
        fault: `the row that begins here is longer than ${MAX_RECORD_CHARS} characters`,
        remedy: `shorten it, or look for a quote that is never closed; ${unread}`,
      },
    ],
  ]);
  const otherwise = {
    line: Number(error?.['lines'] ?? firstLine),
    fault: 'text follows a closing quote',
    remedy: `double the quotes inside a quoted value; ${unread}`,
  };
  return new UnreadableManifest([faults.get(error?.code) ?? otherwise], { cause: error });
}
