// Opens a manifest file, or reports in plain words why it cannot be opened.
import { createHash } from 'node:crypto';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { ManifestError } from './problems.js';

/** Why a file cannot be opened, by the error's code. */
export const REASONS = new Map<unknown, [fault: string, remedy: string]>([
  ['ENOENT', ['there is no such file', 'check the path']],
  ['ENOTDIR', ['there is no such file', 'check the path']],
  ['EACCES', ['the file may not be read', 'check its permissions']],
  ['EPERM', ['the file may not be read', 'check its permissions']],
]);

/** @throws ManifestError if there is no such file, or it may not be read */
export async function openManifestFile(path: string): Promise<FileHandle> {
  try {
    // A pipe would block in open().
    if ((await stat(path)).isFile()) return await open(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const [fault, remedy] = REASONS.get(code) ?? ['the file cannot be read', String(code ?? error)];
    throw new ManifestError([{ file: path, fault, remedy }], 1, { cause: error });
  }
  const fault = 'this is not a file';
  throw new ManifestError([{ file: path, fault, remedy: 'give the manifest file itself' }]);
}

/** SHA-256 of a file's bytes, in hex. */
export async function hashOfFile(path: string): Promise<string> {
  const file = await openManifestFile(path);
  const bytes = createHash('sha256');
  for await (const chunk of file.createReadStream()) bytes.update(chunk as Buffer);
  return bytes.digest('hex');
}
