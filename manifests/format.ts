// The format of a manifest, by its content where that tells it, else by its file name.
import { extname } from 'node:path';
import { ManifestError } from './problems.js';

export type ManifestFormat = 'csv' | 'xlsx' | 'yaml' | 'json' | 'jsonl';

const FORMATS = new Map<string, ManifestFormat>([
  ['.csv', 'csv'],
  ['.tsv', 'csv'],
  ['.xlsx', 'xlsx'],
  ['.xlsm', 'xlsx'],
  ['.yaml', 'yaml'],
  ['.yml', 'yaml'],
  ['.json', 'json'],
  ['.jsonl', 'jsonl'],
  ['.ndjson', 'jsonl'],
]);

/** Names of tables that are read only when they are something else than their name says. */
const OTHER_TABLES = new Set(['.xls', '.xlsb', '.ods', '.numbers']);

/** What a zip file and a compound file, which is what older Office files are, begin with. */
const BEGINNINGS = {
  xlsx: Buffer.from('504b0304', 'hex'),
  ole: Buffer.from('d0cf11e0a1b11ae1', 'hex'),
};

/**
 * What a file is by its first bytes: a workbook, or at least a zip file, whatever its name; or a compound file, as
 * .xls and workbooks with a password are. Undefined for all else, which text files are.
 */
export function formatOfContent(head: Buffer): 'xlsx' | 'ole' | undefined {
  const { xlsx, ole } = BEGINNINGS;
  if (head.subarray(0, xlsx.length).equals(xlsx)) return 'xlsx';
  return head.subarray(0, ole.length).equals(ole) ? 'ole' : undefined;
}

/**
 * @param label how messages call the file
 * @throws ManifestError for an unknown extension
 */
export function formatOf(path: string, label = path): ManifestFormat {
  const extension = extname(path).toLowerCase();
  const format = FORMATS.get(extension);
  if (format !== undefined) return format;
  const fault =
    extension === ''
      ? 'the file name has no extension'
      : `${extension} is no extension of a manifest`;
  if (OTHER_TABLES.has(extension)) {
    const remedy = 'save it as .xlsx or CSV';
    throw new ManifestError([{ file: label, fault: `${extension} files are not read`, remedy }]);
  }
  const names = [...FORMATS.keys()].join(', ');
  throw new ManifestError([{ file: label, fault, remedy: `name the file ${names}` }]);
}

/** Whether a name has the extension of a manifest, or of a table that is refused as one. */
export function isManifestName(name: string): boolean {
  const extension = extname(name).toLowerCase();
  return FORMATS.has(extension) || OTHER_TABLES.has(extension);
}
