// Reads the header row of a CSV manifest: delimiter and column names.
import { parse } from 'csv-parse/sync';
import { faultOfColumn } from './columns.js';
import { MAX_COLUMNS } from './limits.js';
import { nearestName } from './nearest.js';
import { type Fault, UnreadableManifest } from './problems.js';

const DELIMITERS = [',', ';', '\t'] as const;

const BAD_QUOTES: Fault = {
  fault: 'the header row has a quote inside a name',
  remedy: 'take it out, or put the whole name in quotes and double the quotes inside it',
};

export interface CsvHeader {
  delimiter: (typeof DELIMITERS)[number];
  columns: string[];
}

/**
 * End of the header row in the text read so far (its line break), or -1 when it is not all there.
 * Blank lines before it belong to it.
 */
export function endOfHeader(text: string): number {
  let quoted = false;
  let blank = true;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '"') quoted = !quoted;
    else if (sign === '\n' && !quoted && !blank) return at;
    if (sign !== '\n' && sign !== ' ') blank = false;
  }
  return -1;
}

/**
 * The delimiter is the one under which a column is called `file_link`, else the one that makes
 * most columns.
 * @param text the header row, blank lines before it included
 * @throws UnreadableManifest with every fault of the header
 */
export function readCsvHeader(text: string): CsvHeader {
  const line = /^[\n ]*/.exec(text)?.[0].split('\n').length ?? 1;
  const readings = DELIMITERS.map((delimiter) => ({ delimiter, columns: split(text, delimiter) }));
  const best =
    readings.find(({ columns }) => columns.includes('file_link')) ??
    readings.reduce((a, b) => (b.columns.length > a.columns.length ? b : a));
  const faults = best.columns.length > 0 ? faultsOfColumns(best.columns) : [BAD_QUOTES];
  if (faults.length > 0) throw new UnreadableManifest(faults.map((fault) => ({ line, ...fault })));
  return best;
}

function split(text: string, delimiter: string): string[] {
  try {
    const rows: string[][] = parse(text, {
      delimiter,
      trim: true,
      skip_empty_lines: true,
    });
    return (rows[0] ?? []).map((name) => name.trim().normalize('NFC'));
  } catch {
    // Not a header under this delimiter; another one may fit.
    return [];
  }
}

function faultsOfColumns(columns: readonly string[]): Fault[] {
  const faults: Fault[] = [];
  if (columns.length > MAX_COLUMNS) {
    return [
      {
        fault: `the header has ${columns.length} columns, at most ${MAX_COLUMNS} are allowed`,
        remedy: 'remove the columns that are not needed',
      },
    ];
  }
  const seen = new Map<string, number>();
  for (const [index, name] of columns.entries()) {
    const earlier = seen.get(name);
    seen.set(name, index);
    if (name === '') {
      faults.push({ fault: `column ${index + 1} has no name`, remedy: 'name it or remove it' });
    } else if (earlier !== undefined) {
      faults.push({
        fault: `columns ${earlier + 1} and ${index + 1} are both called ${name}`,
        remedy: 'rename or remove one of them',
      });
    } else {
      const fault = faultOfColumn(name);
      if (fault !== undefined) faults.push(fault);
    }
  }
  for (const name of ['file_link', 'prompt']) {
    if (!columns.some((column) => column.toLowerCase() === name)) {
      const near = nearestName(name, columns);
      faults.push({
        fault: `there is no column ${name}`,
        remedy: near === undefined ? 'add it to the header row' : `is it the column ${near}?`,
      });
    }
  }
  return faults;
}
