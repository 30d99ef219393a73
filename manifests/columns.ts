// Names of columns and fields: which are ours, which are the manifest's own, and under which names they are kept.
import { RESULT_COLUMNS, RESULT_NOTES } from '../contract/result-columns.js';
import { MAX_COLUMN_NAME_CHARS } from './limits.js';
import type { Fault } from './problems.js';

/** Columns that mean something to Reelscore. */
export const KNOWN_COLUMNS = ['id', 'file_link', 'prompt', 'params'] as const;

const known = new Set<string>(KNOWN_COLUMNS);
const byPlainName = new Map<string, string>(KNOWN_COLUMNS.map((name) => [plainName(name), name]));
const results = new Set<string>(RESULT_COLUMNS);

/** Only our own results have both of these. */
const OF_RESULTS_ONLY = ['task_id', 'possible_duplicate'];

const notes = new Set<string>(RESULT_NOTES);

/** Whether a column is the manifest's own: kept, and given back in the results. */
export function isExtraColumn(name: string): boolean {
  return !known.has(name);
}

/** Whether a row with these fields comes from results.csv or results.jsonl. */
export function isOwnResult(names: Pick<ReadonlySet<string>, 'has'>): boolean {
  return OF_RESULTS_ONLY.every((name) => names.has(name));
}

/** Whether results have a field of this name that is not the manifest's. */
export function isResultOnly(name: string): boolean {
  return (results.has(name) && !known.has(name)) || notes.has(name);
}

/** Names of a manifest's own columns, and the columns of ours that they stand for. */
export type ColumnMap = Readonly<Record<string, (typeof KNOWN_COLUMNS)[number]>>;

/** Whether a column is the one that a map names so. */
export function isMappedBy(name: string, given: string): boolean {
  return plainName(name) === plainName(given);
}

function mapped(name: string, map: ColumnMap): string | undefined {
  return Object.entries(map).find(([given]) => isMappedBy(name, given))?.[1];
}

/** How a name was interpreted. */
export interface MeantColumn {
  name: string;
  /** What to report about it. */
  note?: Omit<Fault, 'line'>;
}

/**
 * What a column is kept as: `File Link` as `file_link`, and one that has the name of a column of the
 * results under another name, so that both can be told apart there.
 * @param name trimmed
 * @param others the names it stands among, which it may not be given
 * @param map what the user said that names stand for
 */
export function meantColumn(
  name: string,
  others: Pick<ReadonlySet<string>, 'has'>,
  map: ColumnMap = {},
): MeantColumn | { fault: Omit<Fault, 'line'> } {
  if (known.has(name) && mapped(name, map) === undefined) return { name };
  const fault = faultOfColumn(name);
  if (fault !== undefined) return { fault };
  const meant = mapped(name, map) ?? byPlainName.get(plainName(name));
  if (meant !== undefined) return { name: meant };
  const lower = name.toLowerCase();
  if (!results.has(lower)) return { name };
  let kept = `my_${lower}`;
  for (let n = 2; others.has(kept); n += 1) kept = `my_${lower}_${n}`;
  const note = {
    fault: `column ${name} has the name of a column of the results, and is kept as ${kept}`,
    remedy: 'rename it to choose another name',
  };
  return { name: kept, note };
}

/** Ignoring case and word separators. */
function plainName(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

function faultOfColumn(name: string): Omit<Fault, 'line'> | undefined {
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
  if (name === '__proto__') {
    return { fault: 'column __proto__ cannot be kept', remedy: 'rename it' };
  }
  return undefined;
}
