// Makes a row of the cells of a table that has a header.
import type { TableHeader } from './csv-header.js';
import { unescapeFormulas } from './formula-cells.js';
import type { RawRow } from './source.js';

/** A record as it stands in the file. */
export interface TableRecord {
  /** Its line, or its row in a sheet. */
  line: number;
  cells: readonly string[];
}

/**
 * The fields of a row by the names of their columns. What stands beyond the last column is no field, and the
 * caller's to report.
 * @param nameOf what people call the column with this index
 */
export function tableRow(
  { columns, spelt, isEscaped, charsFrom }: TableHeader,
  { line, cells }: TableRecord,
  nameOf: (index: number) => string,
): RawRow {
  const row: RawRow = { line, fields: new Map(), spelt, faults: [] };
  for (const [index, cell] of cells.entries()) {
    if (cell === '') continue;
    const column = columns[index];
    if (column?.name !== undefined) {
      row.fields.set(column.name, isEscaped ? unescapeFormulas(cell) : cell);
    } else if (column?.nameless === true) {
      row.faults.push({
        line,
        fault: `there is a value in column ${nameOf(index)}, which has no name`,
        remedy: 'name the column in the header row, or remove it',
      });
    }
  }
  // Cells missing at a row's end are empty.
  if (cells.length < columns.length) row.addedChars = charsFrom[cells.length] ?? 0;
  return row;
}
