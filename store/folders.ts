// Makes folders that are still there after a power cut. (S2, S3)
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';

export class Folders {
  readonly #made = new Map<string, Promise<void>>();

  /** Resolves once the folder is there and on disk, with all above it that had to be made. */
  ensure(folder: string): Promise<void> {
    let made = this.#made.get(folder);
    if (!made) {
      made = make(folder);
      this.#made.set(folder, made);
      made.catch(() => this.#made.delete(folder));
    }
    return made;
  }

  /** Takes note of a write that failed: a folder that is gone is made again by the next one. */
  failed(folder: string, error: unknown): void {
    if (isMissing(error)) this.#made.delete(folder);
  }
}

/** Brings a folder's entries to disk: the name of a new or renamed file is one. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Whether the error says that a file or folder does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

async function make(folder: string): Promise<void> {
  const first = (await mkdir(folder, { recursive: true })) ?? folder;
  // Each folder made is an entry of the one above it.
  const levels = path.relative(path.dirname(first), folder).split(path.sep).length;
  for (let above = folder, level = 0; level < levels; level += 1) {
    above = path.dirname(above);
    await syncFolder(above);
  }
}
