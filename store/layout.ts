// Where objects lie below a store's location: results and soundtracks for people, all else beside them.
import { checkKey } from './keys.js';

/** What Reelscore needs for itself lies below this folder. */
export const PRIVATE_FOLDER = '.reelscore';
const PUBLIC_FOLDERS = new Set(['soundtracks', 'videos', 'report']);
const PUBLIC_FILES = new Set([
  'provenance.jsonl',
  'report.html',
  'results.csv',
  'results.xlsx',
  'results.jsonl',
  'summary.json',
  'warnings.jsonl',
]);

export function isPublic(key: string): boolean {
  return PUBLIC_FOLDERS.has(key.split('/', 1)[0] ?? '') || PUBLIC_FILES.has(key);
}

/** The segments of a key's path below the location (S1). @throws InvalidKeyError */
export function segmentsOf(key: string): string[] {
  const segments = checkKey(key);
  return isPublic(key) ? segments : [PRIVATE_FOLDER, ...segments];
}

/** Folders and files for people, as keys. */
export const FOR_PEOPLE = { folders: [...PUBLIC_FOLDERS], files: [...PUBLIC_FILES] };
