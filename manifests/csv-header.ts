// Reads the header row of a table: the delimiter of CSV, and the names of columns.
import { isMappedBy, isOwnResult, isResultOnly, meantColumn, type ColumnMap } from './columns.js';
import { CsvBreakError, CsvRecords } from './csv-records.js';
import { unescapeFormulas } from './formula-cells.js';
import { MAX_COLUMNS, MAX_RECORD_CHARS } from './limits.js';
import { likelyColumn } from './likely-column.js';
import { nearestName } from './nearest.js';
import { type Fault, UnreadableManifest } from './problems.js';
import type { SourceOptions } from './source.js';

const DELIMITERS = [',', ';', '\t', '|'] as const;

const BAD_QUOTES: Fault = {
  fault: 'the header row has a quote inside a name',
  remedy: 'take it out, or put the whole name in quotes and double the quotes inside it',
};

const TOO_LONG: Fault = {
  line: 1,
  fault: `the header row is longer than ${MAX_RECORD_CHARS} characters`,
  remedy: 'look for a quote that is never closed, or for a file that is no CSV',
};

/** Of a table. */
export const EMPTY: Fault = {
  fault: 'the file is empty',
  remedy: 'give it a header row and one row for each clip',
};

/** A column without `name` is not kept; one without name in the file may hold nothing. */
export type CsvColumn = { name: string } | { name?: never; nameless: boolean };

export interface TableHeader {
  /** Line of the header row. */
  line: number;
  columns: CsvColumn[];
  /** Characters of the names that are kept from each column on. */
  charsFrom: number[];
  /** Names as placeholders may write them, by the name that is kept. */
  spelt: Map<string, string>;
  /** The file is a table of our results. */
  ownResults: boolean;
  /** Its texts are escaped as those of a results.csv. */
  isEscaped: boolean;
  warnings: Fault[];
}

export interface CsvHeader extends TableHeader {
  delimiter: string;
}

/** A first line that spreadsheet programs take the delimiter from, with what others put after it. */
const SEP_LINE = /^(?:"sep=([^\w\s"]|\t)"|sep=([^\w\s"]|\t))[,;\t]*(?:\n|$)/i;

/**
 * The delimiter is the one under which a column is meant as `file_link`, else the one that makes
 * most columns. One that the first line names is tried first.
 * @param head the beginning of the file: all of it, or at least `MAX_RECORD_CHARS`
 * @throws UnreadableManifest with every fault of the header
 */
export function readCsvHeader(
  head: string,
  isWhole: boolean,
  options: SourceOptions = {},
): CsvHeader {
  const { map = {} } = options;
  const sep = SEP_LINE.exec(head);
  const named = sep?.[1] ?? sep?.[2];
  const delimiters = new Set([...(named === undefined ? [] : [named]), ...DELIMITERS]);
  const text = { head, isWhole, from: sep ? 2 : 1 };
  const readings = [...delimiters].map((delimiter) => readAs(text, delimiter));
  const good = readings.filter((reading) => 'names' in reading);
  const best =
    good.find(({ names }) => names.some((name) => isFileLink(name, map))) ??
    good.reduce<Reading | undefined>(
      (a, b) => (a === undefined || b.names.length > a.names.length ? b : a),
      undefined,
    );
  if (best === undefined) {
    throw new UnreadableManifest(
      readings.flatMap((reading) => ('fault' in reading ? reading.fault : [])).slice(0, 1),
    );
  }
  const { line, delimiter, names } = best;
  return { delimiter, ...readTableHeader(names, line, { ...options, isEscaped: true }) };
}

/** What a table's header has to be read with. */
export interface HeaderOptions extends SourceOptions {
  /** Whether texts of our own results are escaped in this kind of table. */
  isEscaped: boolean;
}

/**
 * The columns of a table by the names in its header row.
 * @throws UnreadableManifest with every fault of the header
 */
export function readTableHeader(
  written: readonly string[],
  line: number,
  { hasPrompt = false, map = {}, isEscaped }: HeaderOptions,
): TableHeader {
  const { faults, warnings, ...header } = readNames(
    written.map((name) => name.trim().normalize('NFC')),
    hasPrompt ? ['file_link'] : ['file_link', 'prompt'],
    { map, isEscaped },
  );
  if (faults.length > 0) throw new UnreadableManifest(faults.map((fault) => ({ line, ...fault })));
  const charsFrom = charsFromEach(header.columns);
  return {
    line,
    ...header,
    isEscaped: header.ownResults && isEscaped,
    charsFrom,
    warnings: warnings.map((note) => ({ line, ...note })),
  };
}

/** Signs that a snapshot puts around a name with an empty value. */
const AROUND_NAME = 6;

function charsFromEach(columns: readonly CsvColumn[]): number[] {
  let chars = 0;
  const fromEnd = [...columns].reverse().map(({ name }) => {
    if (name !== undefined) chars += name.length + AROUND_NAME;
    return chars;
  });
  return fromEnd.reverse();
}

interface Reading {
  delimiter: string;
  line: number;
  names: string[];
}

/**
 * The header row under one delimiter, or why it is none.
 * @param from line from which on it may stand
 */
function readAs(
  { head, isWhole, from }: { head: string; isWhole: boolean; from: number },
  delimiter: string,
): Reading | { fault: Fault } {
  const records = new CsvRecords(delimiter);
  records.push(head);
  if (isWhole) records.end();
  try {
    let record = records.next();
    while (record && (record.line < from || record.cells.every((cell) => cell === ''))) {
      record = records.next();
    }
    if (record === undefined) return { fault: isWhole ? EMPTY : TOO_LONG };
    const { line } = record;
    if (record.strayQuote) return { fault: { line, ...BAD_QUOTES } };
    return { delimiter, line, names: record.cells.map((name) => name.trim().normalize('NFC')) };
  } catch (error) {
    if (!(error instanceof CsvBreakError)) throw error;
    const { kind, line } = error;
    return { fault: kind === 'too long' ? TOO_LONG : { line, ...BAD_QUOTES } };
  }
}

const NONE: ReadonlySet<string> = new Set();

function isFileLink(name: string, map: ColumnMap): boolean {
  const meant = meantColumn(name, NONE, map);
  return 'name' in meant && meant.name === 'file_link';
}

interface NamesRead extends Pick<TableHeader, 'columns' | 'spelt' | 'ownResults' | 'warnings'> {
  faults: Fault[];
}

function readNames(
  written: readonly string[],
  needed: readonly ('file_link' | 'prompt')[],
  { map, isEscaped }: { map: ColumnMap; isEscaped: boolean },
): NamesRead {
  const ownResults = isOwnResult(new Set(written));
  const names = ownResults && isEscaped ? written.map(unescapeFormulas) : written;
  const read: NamesRead = { columns: [], spelt: new Map(), ownResults, warnings: [], faults: [] };
  const others = new Set(names);
  const seen = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    if (name === '' || (ownResults && isResultOnly(name))) {
      read.columns.push({ nameless: name === '' });
      continue;
    }
    const meant = meantColumn(name, others, map);
    if ('fault' in meant) {
      read.faults.push(meant.fault);
      continue;
    }
    const earlier = seen.get(meant.name);
    if (earlier !== undefined) {
      read.faults.push(twice(earlier, index, meant.name));
      continue;
    }
    seen.set(meant.name, index);
    others.add(meant.name);
    if (meant.note !== undefined) read.warnings.push(meant.note);
    if (meant.name !== name) read.spelt.set(name, meant.name);
    read.columns.push({ name: meant.name });
  }
  if (seen.size > MAX_COLUMNS) return { ...read, faults: [tooMany(seen.size)] };
  for (const name of needed) {
    if (!seen.has(name)) read.faults.push(absent(name, names));
  }
  for (const given of Object.keys(map)) {
    if (!names.some((name) => isMappedBy(name, given))) read.faults.push(notThere(given, names));
  }
  return read;
}

function twice(earlier: number, index: number, name: string): Fault {
  return {
    fault: `columns ${earlier + 1} and ${index + 1} are both called ${name}`,
    remedy: 'rename or remove one of them',
  };
}

function tooMany(count: number): Fault {
  return {
    fault: `the header has ${count} columns, at most ${MAX_COLUMNS} are allowed`,
    remedy: 'remove the columns that are not needed',
  };
}

function notThere(given: string, names: readonly string[]): Fault {
  const near = nearestName(given, names);
  return {
    fault: `there is no column ${given}, which map names`,
    remedy: near === undefined ? 'name a column of the header row' : `did you mean ${near}?`,
  };
}

function absent(name: 'file_link' | 'prompt', names: readonly string[]): Fault {
  const near = nearestName(name, names) ?? likelyColumn(name, names);
  return {
    fault: `there is no column ${name}`,
    remedy:
      near === undefined
        ? 'add it to the header row'
        : `is it the column ${near}? then say so: --map '${near}=${name}'`,
  };
}
