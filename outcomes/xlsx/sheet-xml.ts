// The sheet of a results.xlsx, row by row. Texts stand in their cells, so that none has to be held.
import { columnName, SHEET_ROWS } from '../../manifests/xlsx/cell-names.js';
import { escapeCell } from '../../manifests/xlsx/escapes.js';
import type { ResultRow } from '../result-row.js';
import { STYLES } from './parts.js';
import { widthOf } from './widths.js';

/** What a cell can hold. */
const MAX_CELL_CHARS = 32_767;
const ROWS_AT_A_TIME = 200;

/** A program that edits a cell whose text begins so would take it for a formula. */
const LIKE_FORMULA = /^['\s]*[=+\-@\uff1d\uff0b\uff0d\uff20]/;
/** Columns whose texts may look like numbers, and stay texts when they are edited. */
const KEPT_AS_TEXT = new Set(['id', 'task_id']);

/**
 * @param numeric columns whose texts are numbers
 * @throws Error if there are more rows than a sheet holds
 */
export async function* sheetXml(
  rows: AsyncIterable<ResultRow>,
  columns: readonly string[],
  numeric: ReadonlySet<string>,
): AsyncGenerator<string> {
  const names = columns.map((_, index) => columnName(index));
  yield beginning(columns);
  yield rowXml(
    1,
    columns.map((name, index) => textCell(`${names[index] ?? ''}1`, name, STYLES.header)),
  );
  let number = 1;
  let parts: string[] = [];
  for await (const row of rows) {
    number += 1;
    if (number > SHEET_ROWS)
      throw new Error(`a sheet holds ${SHEET_ROWS - 1} rows below its header`);
    const cells = columns.map((column, index) =>
      cellXml(`${names[index] ?? ''}${number}`, column, row[column], numeric),
    );
    parts.push(rowXml(number, cells));
    if (parts.length < ROWS_AT_A_TIME) continue;
    yield parts.join('');
    parts = [];
  }
  yield parts.join('');
  yield `</sheetData><autoFilter ref="A1:${names.at(-1) ?? 'A'}${number}"/></worksheet>`;
}

function beginning(columns: readonly string[]): string {
  const widths = columns.map(
    (name, index) =>
      `<col min="${index + 1}" max="${index + 1}" width="${widthOf(name)}" customWidth="1"/>`,
  );
  return (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews>' +
    '<sheetView tabSelected="1" workbookViewId="0"><pane ySplit="1" topLeftCell="A2" ' +
    'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' +
    `<cols>${widths.join('')}</cols><sheetData>`
  );
}

function rowXml(number: number, cells: readonly string[]): string {
  return `<row r="${number}">${cells.join('')}</row>`;
}

function cellXml(
  place: string,
  column: string,
  value: ResultRow[string],
  numeric: ReadonlySet<string>,
): string {
  if (value === null || value === undefined || value === '') return '';
  if (typeof value === 'number') return `<c r="${place}"><v>${value}</v></c>`;
  if (typeof value === 'boolean') return `<c r="${place}" t="b"><v>${value ? 1 : 0}</v></c>`;
  // No id, and so no key of a file, contains this character (manifests/clip-id.ts).
  const text = typeof value === 'string' ? value : value.map(String).join('|');
  if (text === '') return '';
  if (numeric.has(column)) return `<c r="${place}"><v>${text}</v></c>`;
  if (KEPT_AS_TEXT.has(column)) return textCell(place, text, STYLES.text);
  return textCell(place, text, LIKE_FORMULA.test(text) ? STYLES.quoted : STYLES.plain);
}

/** A text, whatever it begins with: only an `f` element makes a formula. */
function textCell(place: string, text: string, style: number): string {
  const shown = text.length > MAX_CELL_CHARS ? `${text.slice(0, MAX_CELL_CHARS - 3)}...` : text;
  const styled = style === STYLES.plain ? '' : ` s="${style}"`;
  return `<c r="${place}"${styled} t="inlineStr"><is><t xml:space="preserve">${xmlText(shown)}</t></is></c>`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function xmlText(text: string): string {
  return escapeCell(text).replace(/[&<>]/g, (sign) => ENTITIES[sign] ?? sign);
}
