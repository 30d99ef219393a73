// The format of a manifest, by its file name.
import { extname } from 'node:path';
import { ManifestError } from './problems.js';

export type ManifestFormat = 'csv' | 'yaml' | 'json' | 'jsonl';

const FORMATS = new Map<string, ManifestFormat>([
  ['.csv', 'csv'],
  ['.tsv', 'csv'],
  ['.yaml', 'yaml'],
  ['.yml', 'yaml'],
  ['.json', 'json'],
  ['.jsonl', 'jsonl'],
  ['.ndjson', 'jsonl'],
]);

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
  const names = [...FORMATS.keys()].join(', ');
  throw new ManifestError([{ file: label, fault, remedy: `name the file ${names}` }]);
}

/** Whether a name has the extension of a manifest. */
export function isManifestName(name: string): boolean {
  return FORMATS.has(extname(name).toLowerCase());
}
