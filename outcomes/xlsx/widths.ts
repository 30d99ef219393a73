// Widths of columns in characters, for a first look: the rows are not known when a sheet begins.
import type { ResultColumn } from '../../contract/result-columns.js';

const WIDTHS: Record<ResultColumn, number> = {
  id: 20,
  status: 12,
  file_link: 50,
  prompt: 40,
  task_id: 24,
  attempts: 10,
  error_code: 22,
  error_message: 40,
  output: 32,
  possible_duplicate: 20,
  outputs: 32,
  video: 32,
  video_error: 40,
  approved: 12,
};

const LEAST = 14;
const MOST = 40;

/** Of a manifest's own column as wide as its name. */
export function widthOf(column: string): number {
  const own = Math.min(Math.max(column.length + 4, LEAST), MOST);
  return Object.hasOwn(WIDTHS, column) ? WIDTHS[column as ResultColumn] : own;
}
