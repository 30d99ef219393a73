// Names of columns and fields: ours, those of the results, and the manifest's own.
import { RESULT_COLUMNS } from '../contract/result-columns.js';
import { MAX_COLUMN_NAME_CHARS } from './limits.js';
import type { Fault } from './problems.js';

/** Columns that mean something to Reelscore. */
export const KNOWN_COLUMNS = ['id', 'file_link', 'prompt', 'params'] as const;

const known = new Set<string>(KNOWN_COLUMNS);
const byLowerCase = new Map<string, string>(KNOWN_COLUMNS.map((name) => [name, name]));
const results = new Set<string>(RESULT_COLUMNS);

/** Whether a column is the manifest's own: kept, and given back in the results. */
export function isExtraColumn(name: string): boolean {
  return !known.has(name);
}

/** What is wrong with the name of a column, or undefined. Expects it trimmed. */
export function faultOfColumn(name: string): Fault | undefined {
  if (known.has(name)) return undefined;
  if (name.length > MAX_COLUMN_NAME_CHARS) {
    return {
      fault: `a column name has ${name.length} characters, at most ${MAX_COLUMN_NAME_CHARS} are allowed`,
      remedy: 'shorten it',
    };
  }
  if (/[\p{Cc}\p{Cs}]/u.test(name)) {
    return {
      fault: `column ${JSON.stringify(name)} holds a control character`,
      remedy: 'rename it',
    };
  }
  const lower = name.toLowerCase();
  const meant = byLowerCase.get(lower);
  if (meant !== undefined) {
    return { fault: `column ${name} is spelt ${meant} in a manifest`, remedy: `write ${meant}` };
  }
  if (results.has(lower)) {
    return {
      fault: `column ${name} would clash with the results' own column ${lower}`,
      remedy: `rename it, for example my_${lower}, or remove it`,
    };
  }
  if (name === '__proto__') {
    return { fault: 'column __proto__ cannot be kept', remedy: 'rename it' };
  }
  return undefined;
}
