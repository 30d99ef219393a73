// The rows of a sheet as they stand in its XML, some at a time.
import { MAX_RECORD_CHARS, MAX_SHEET_XML_BYTES } from '../limits.js';
import { readCellName, SHEET_COLUMNS, SHEET_ROWS } from './cell-names.js';
import { damaged } from './faults.js';
import { type FormulaLink, formulaLink } from './formula-link.js';
import type { CellFormats } from './number-formats.js';
import { numberText } from './number-text.js';
import type { Package } from './package.js';
import { RichText, type SharedStrings } from './shared-strings.js';
import { unescapeCell } from './escapes.js';
import { type Attributes, parseXml } from './xml.js';

/** A cell that holds something. */
export interface SheetCell {
  /** From 0. */
  column: number;
  text: string;
  /** Where a formula in it links to. */
  link?: FormulaLink;
  /** Why its text is no value: what is to be said of its column. */
  fault?: CellFault;
}

/** `file_link shows the error #N/A`. */
export interface CellFault {
  /** Follows the column's name. */
  says: string;
  remedy: string;
}

export interface SheetRow {
  /** Its number in the sheet, from 1. */
  number: number;
  /** Those that hold something, in file order. */
  cells: SheetCell[];
  /** They had more characters than a row may have, and were dropped. */
  tooLong?: true;
}

/** What the texts of cells depend on. */
export interface CellContext {
  strings: SharedStrings;
  formats: CellFormats;
  from1904: boolean;
}

/**
 * Rows that hold something, in file order.
 * @param part of the sheet
 * @throws UnreadableManifest
 */
export async function* readSheetRows(
  parts: Package,
  part: string,
  context: CellContext,
): AsyncGenerator<SheetRow[]> {
  const reader = new SheetReader(part, context);
  const bytes = parts.read(part, MAX_SHEET_XML_BYTES);
  for await (const rows of parseXml(bytes, part, reader)) if (rows.length > 0) yield rows;
  const rows = reader.take();
  if (rows.length > 0) yield rows;
}

/** A cell that is being read. */
interface OpenCell {
  column: number;
  type: string;
  style: number;
  value: string;
  inline: boolean;
  formula: string | undefined;
}

class SheetReader {
  #rows: SheetRow[] = [];
  readonly #text = new RichText();
  #inData = false;
  #row: SheetRow | undefined;
  #lastRow = 0;
  #lastColumn = -1;
  #chars = 0;
  #cell: OpenCell | undefined;
  /** What a text belongs to. */
  #in: 'value' | 'formula' | 'inline' | undefined;

  constructor(
    private readonly part: string,
    private readonly context: CellContext,
  ) {}

  take(): SheetRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  open(name: string, attributes: Attributes): void {
    if (name === 'sheetData') this.#inData = true;
    if (!this.#inData) return;
    if (name === 'row') this.#beginRow(attributes['r']);
    else if (name === 'c') this.#beginCell(attributes);
    else if (!this.#cell) return;
    else if (name === 'v') this.#in = 'value';
    else if (name === 'f') {
      this.#in = 'formula';
      this.#cell.formula ??= '';
    } else if (name === 'is') {
      this.#in = 'inline';
      this.#cell.inline = true;
      this.#text.begin();
    } else if (this.#in === 'inline') this.#text.open(name);
  }

  close(name: string): void {
    if (!this.#inData) return;
    if (name === 'sheetData') this.#inData = false;
    else if (name === 'row') this.#endRow();
    else if (name === 'c') this.#endCell();
    else if (name === 'v' || name === 'f') this.#in = undefined;
    else if (name === 'is') {
      if (this.#cell) this.#cell.value = this.#text.end();
      this.#in = undefined;
    } else if (this.#in === 'inline') this.#text.close(name);
  }

  text(some: string): void {
    if (!this.#cell) return;
    if (this.#in === 'value') this.#cell.value += some;
    else if (this.#in === 'formula') this.#cell.formula = (this.#cell.formula ?? '') + some;
    else if (this.#in === 'inline') this.#text.text(some);
  }

  /** Some programs do not number rows and cells: each then follows the one before it. */
  #beginRow(given: string | undefined): void {
    const number =
      given !== undefined && /^\d{1,7}$/.test(given) ? Number(given) : this.#lastRow + 1;
    if (number < 1 || number > SHEET_ROWS) throw damaged(`${this.part} has a row ${number}`);
    this.#row = { number, cells: [] };
    this.#lastRow = number;
    this.#lastColumn = -1;
    this.#chars = 0;
  }

  #beginCell({ r: name, t: type = 'n', s: style = '0' }: Attributes): void {
    if (!this.#row) return;
    const column =
      (name === undefined ? undefined : readCellName(name)?.column) ?? this.#lastColumn + 1;
    if (column >= SHEET_COLUMNS)
      throw damaged(`${this.part} has more than ${SHEET_COLUMNS} columns`);
    this.#lastColumn = column;
    this.#cell = {
      column,
      type,
      style: Number(style),
      value: '',
      inline: false,
      formula: undefined,
    };
  }

  #endCell(): void {
    const [row, open] = [this.#row, this.#cell];
    this.#cell = this.#in = undefined;
    if (!row || !open || row.tooLong) return;
    const cell = this.#cellOf(open);
    if (cell.text.trim() === '' && cell.fault === undefined) return;
    this.#chars += cell.text.length + 1;
    if (this.#chars > MAX_RECORD_CHARS) {
      row.tooLong = true;
      row.cells = [];
    } else row.cells.push(cell);
  }

  #endRow(): void {
    const row = this.#row;
    this.#row = undefined;
    if (row && (row.cells.length > 0 || row.tooLong)) this.#rows.push(row);
  }

  #cellOf({ column, type, style, value, inline, formula }: OpenCell): SheetCell {
    if (type === 'e') {
      return { column, text: value, fault: errorIn(value) };
    }
    const text = (inline ? value : this.#textOf(type, style, value)).replace(/\r\n?/g, '\n');
    if (formula === undefined) return { column, text };
    if (value === '' && type !== 'str' && !inline) return { column, text, fault: NO_VALUE };
    const link = formulaLink(formula);
    return link === undefined ? { column, text } : { column, text, link };
  }

  #textOf(type: string, style: number, value: string): string {
    const { strings, formats, from1904 } = this.context;
    switch (type) {
      case 's': {
        if (value.trim() === '') return '';
        const text = strings.at(Number(value));
        if (text === undefined)
          throw damaged(`a cell refers to a text ${value}, which is not there`);
        return text;
      }
      case 'b':
        if (value.trim() === '') return '';
        return /^(1|true)$/.test(value.trim()) ? 'TRUE' : 'FALSE';
      case 'n':
        return numberText(value, formats[style] ?? 'plain', from1904);
      default:
        return unescapeCell(value);
    }
  }
}

function errorIn(value: string): CellFault {
  return {
    says: `shows the error ${value.slice(0, 20)}`,
    remedy: 'correct its formula, or clear it',
  };
}

/** Programs that write workbooks without calculating leave the values out. */
const NO_VALUE: CellFault = {
  says: 'holds a formula without its value',
  remedy: 'open the workbook in a spreadsheet program and save it, or write the value itself',
};
