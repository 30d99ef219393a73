// Names of cells and columns as spreadsheet programs write them: B7. Pure.

/** Columns of a sheet: XFD is the last. */
export const SHEET_COLUMNS = 16_384;
/** Rows of a sheet. */
export const SHEET_ROWS = 1_048_576;

/** The column with this index from 0: `A`, `B`, ..., `AA`. */
export function columnName(index: number): string {
  let name = '';
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    name = String.fromCharCode(65 + ((rest - 1) % 26)) + name;
  }
  return name;
}

/** Where a cell is, column from 0 and row from 1; undefined if the text names none of a sheet. */
export function readCellName(text: string): { column: number; row: number } | undefined {
  const [, letters = '', digits = ''] = /^\$?([A-Za-z]{1,3})\$?(\d{1,7})$/.exec(text) ?? [];
  if (letters === '') return undefined;
  let column = 0;
  for (const letter of letters.toUpperCase()) column = column * 26 + letter.charCodeAt(0) - 64;
  const row = Number(digits);
  if (column > SHEET_COLUMNS || row < 1 || row > SHEET_ROWS) return undefined;
  return { column: column - 1, row };
}

/** `Sheet1!B7`, with the sheet in quotes where its name needs them, as in a formula. */
export function placeOf(sheet: string, column: number, row: number): string {
  const isPlain = /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(sheet);
  const shown = isPlain ? sheet : `'${sheet.replaceAll("'", "''")}'`;
  return `${shown}!${columnName(column)}${row}`;
}
