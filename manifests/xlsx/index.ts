// Reads a sheet of an .xlsx workbook row by row. Loaded when a manifest is one.
import type { FileHandle } from 'node:fs/promises';
import { readTableHeader, type TableHeader } from '../csv-header.js';
import { MAX_RECORD_CHARS } from '../limits.js';
import { type Fault, UnreadableManifest } from '../problems.js';
import type { RawRow, Source, SourceOptions } from '../source.js';
import { tableRow } from '../table-row.js';
import { columnName, placeOf } from './cell-names.js';
import { chooseSheet, sheetList } from './choose-sheet.js';
import { type Hyperlinks, readHyperlinks } from './hyperlinks.js';
import { readFormats } from './number-formats.js';
import { Package } from './package.js';
import { OWN_SHEET } from './own-sheet.js';
import { readSharedStrings } from './shared-strings.js';
import { readSheetRows, type SheetCell, type SheetRow } from './sheet-rows.js';
import { shownLink } from './shown-link.js';
import { readWorkbook, type SheetEntry } from './workbook.js';

/** What a workbook's reader has to know. */
export interface XlsxOptions extends SourceOptions {
  /** Name of the sheet, or its number among the visible ones from 1; default: the first that is visible. */
  sheet?: string;
}

/**
 * Opens a workbook, whose first row that holds something is the header.
 * @param file stays open until the rows are read; the caller closes it
 * @throws UnreadableManifest if it is no workbook, has no such sheet, or its header cannot be used
 */
export async function openXlsx(file: FileHandle, options: XlsxOptions = {}): Promise<Source> {
  const parts = await Package.open(file);
  const { sheets, from1904, strings, styles } = await readWorkbook(parts);
  const sheet = chooseSheet(sheets, options.sheet);
  const context = {
    strings: await readSharedStrings(parts, strings),
    formats: await readFormats(parts, styles),
    from1904,
  };
  const links = await readHyperlinks(parts, sheet.part);
  const groups = readSheetRows(parts, sheet.part, context);
  const begun = await groups.next();
  const first = begun.done === true ? [] : begun.value;
  const [top] = first;
  if (!top) throw new UnreadableManifest([EMPTY]);
  const others = options.sheet === undefined && sheets.length > 1 ? sheets : undefined;
  // Results of ours hold texts as they are; of a results.csv that was saved as a workbook they are escaped.
  const header = withSheets(others, () => headerOf(top, options, sheet.name !== OWN_SHEET));
  const table = new SheetTable(sheet.name, header, links);
  return {
    defaults: new Map(),
    columns: header.columns.flatMap(({ name }) => name ?? []),
    ownResults: header.ownResults,
    warnings: header.warnings,
    cellOf: (line, field) => table.placeOf(line, field),
    rows: (async function* () {
      yield first.slice(1).map((row) => table.row(row));
      for await (const rows of groups) yield rows.map((row) => table.row(row));
    })(),
  };
}

/** Adds to the faults of a header that the manifest may be on another sheet. */
function withSheets<T>(sheets: readonly SheetEntry[] | undefined, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!sheets || !(error instanceof UnreadableManifest)) throw error;
    const fault = `no sheet is named, and the first was read; the workbook has ${sheetList(sheets)}`;
    const other = { fault, remedy: 'if the clips are on another, name it with --sheet' };
    throw new UnreadableManifest([...error.faults, other], { cause: error });
  }
}

function headerOf(row: SheetRow, options: SourceOptions, isEscaped: boolean): TableHeader {
  const names: string[] = [];
  if (row.tooLong) throw new UnreadableManifest([{ line: row.number, ...TOO_LONG_HEADER }]);
  for (const { column, text, fault } of row.cells) {
    if (fault) {
      const says = `the name of column ${columnName(column)} ${fault.says}`;
      const { remedy } = fault;
      throw new UnreadableManifest([{ line: row.number, fault: says, remedy }]);
    }
    names[column] = text;
  }
  const written = Array.from(names, (name: string | undefined = '') => name);
  return readTableHeader(written, row.number, { ...options, isEscaped });
}

/** Makes rows of the cells of one sheet. */
class SheetTable {
  readonly #columns = new Map<string, number>();
  readonly #linkColumn: number;
  /** Of links that are taken in place of their texts one warning stands for all. */
  #told = false;

  constructor(
    private readonly sheet: string,
    private readonly header: TableHeader,
    private readonly links: Hyperlinks,
  ) {
    for (const [index, { name }] of header.columns.entries()) {
      if (name !== undefined) this.#columns.set(name, index);
    }
    this.#linkColumn = this.#columns.get('file_link') ?? -1;
  }

  placeOf(line: number, field: string): string | undefined {
    const column = this.#columns.get(field);
    return column === undefined ? undefined : placeOf(this.sheet, column, line);
  }

  row({ number, cells, tooLong }: SheetRow): RawRow {
    const { header } = this;
    const { spelt } = header;
    if (tooLong) {
      return { line: number, fields: new Map(), spelt, faults: [{ line: number, ...TOO_LONG }] };
    }
    const texts: string[] = [];
    const faults: Fault[] = [];
    const warnings: Fault[] = [];
    for (const cell of cells) {
      if (cell.column >= header.columns.length) continue;
      const at = () => ({ line: number, cell: placeOf(this.sheet, cell.column, number) });
      const name = header.columns[cell.column]?.name;
      if (cell.fault && name !== undefined) {
        faults.push({ ...at(), fault: `${name} ${cell.fault.says}`, remedy: cell.fault.remedy });
        continue;
      }
      let { text } = cell;
      if (cell.column === this.#linkColumn) {
        const shown = shownLink(text.trim(), this.#linkOf(cell, number));
        if ('fault' in shown) {
          faults.push({ ...at(), ...shown.fault });
          continue;
        }
        text = shown.text;
        if (shown.note && !(shown.isTaken && this.#told)) {
          this.#told ||= shown.isTaken;
          warnings.push({ ...at(), ...shown.note });
        }
      }
      texts[cell.column] = header.ownResults ? text : text.trim();
    }
    const row = tableRow(header, { line: number, cells: filled(texts) }, columnName);
    const beyond = cells.find(({ column }) => column >= header.columns.length);
    if (beyond) row.faults.push({ line: number, ...noName(columnName(beyond.column)) });
    row.faults.unshift(...faults);
    return warnings.length > 0 ? { ...row, warnings } : row;
  }

  #linkOf({ column, link }: SheetCell, number: number): { target?: string } | undefined {
    if (link) return link;
    const target = this.links.get(`${columnName(column)}${number}`);
    return target === undefined ? undefined : { target };
  }
}

function noName(column: string): Fault {
  return {
    fault: `there is a value in column ${column}, beyond the last that has a name`,
    remedy: 'name the column in the header row, or clear the cell',
  };
}

/** Cells that are not there are empty. */
function filled(cells: readonly string[]): string[] {
  return Array.from(cells, (cell: string | undefined = '') => cell);
}

const EMPTY: Fault = {
  fault: 'the sheet is empty',
  remedy: 'give it a header row and one row for each clip, or name another sheet with --sheet',
};

const TOO_LONG_HEADER: Fault = {
  fault: `the header row is longer than ${MAX_RECORD_CHARS} characters`,
  remedy: 'remove what is no name of a column',
};

const TOO_LONG: Fault = {
  fault: `the row is longer than ${MAX_RECORD_CHARS} characters`,
  remedy: 'shorten it',
};
