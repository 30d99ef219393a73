// Names of manifests and batches.
import { basename, extname } from 'node:path';
import { isDeviceName } from './clip-id.js';

const MAX_NAME_CHARS = 60;

/**
 * A name made safe for workflow ids, URLs and folders: `[A-Za-z0-9._-]`, at most 60 characters,
 * beginning and ending with a letter or digit. Accents go; what remains empty becomes `manifest`.
 */
export function safeName(name: string): string {
  const safe = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .slice(0, MAX_NAME_CHARS)
    .replace(/^[._-]+|[._-]+$/g, '');
  if (safe === '') return 'manifest';
  return isDeviceName(safe) ? `manifest-${safe}` : safe;
}

/**
 * Folder of a batch: its id, but that schedules put the time into theirs, with colons, which folders of
 * some systems cannot have.
 */
export function folderOfBatch(batch: string): string {
  return batch.replaceAll(':', '-');
}

/** Whether a batch may be called so: what `safeName` gives, or a schedule's name and time. */
export function isBatchId(batch: string): boolean {
  const folder = folderOfBatch(batch);
  return safeName(folder) === folder;
}

/** The name of a manifest that has none in it: its file's, without extension. */
export function nameOfFile(path: string): string {
  return safeName(basename(path, extname(path)));
}

/** The batch of a manifest: its name and the first 8 hex digits of its content's SHA-256. */
export function batchIdOf(name: string, hash: string): string {
  return `${safeName(name)}-${hash.slice(0, 8)}`;
}
