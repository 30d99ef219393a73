// Checks whether the soundtracks that a ledger names exist. A folder is listed once for all its files.
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { LedgerEntry } from './entry.js';

/** Entries of a batch are adjacent, so few folders are needed at a time. */
const MAX_FOLDERS = 4;

export class SoundtrackFiles {
  readonly #folders = new Map<string, Promise<ReadonlySet<string>>>();

  /** @param ledger location of the ledger */
  constructor(private readonly ledger: string) {}

  /**
   * Whether every file of an entry exists.
   * @throws Error if that is unknown: a clip must not be paid for again because a disk does not answer
   */
  async has({ soundtrack, soundtracks = [soundtrack] }: LedgerEntry): Promise<boolean> {
    for (const one of soundtracks) if (!(await this.#hasFile(one))) return false;
    return true;
  }

  async #hasFile(soundtrack: string): Promise<boolean> {
    const file = path.join(this.ledger, soundtrack);
    if ((await this.#listed(path.dirname(file))).has(path.basename(file))) return true;
    // Some file systems list a name in another spelling than it was created with.
    return (await orIfGone(stat(file), undefined)) !== undefined;
  }

  #listed(folder: string): Promise<ReadonlySet<string>> {
    const names = this.#folders.get(folder) ?? list(folder);
    // The last entry of a map is the most recently used.
    this.#folders.delete(folder);
    this.#folders.set(folder, names);
    const oldest = this.#folders.keys().next().value;
    if (this.#folders.size > MAX_FOLDERS && oldest !== undefined) this.#folders.delete(oldest);
    return names;
  }
}

async function list(folder: string): Promise<ReadonlySet<string>> {
  return new Set(await orIfGone(readdir(folder), []));
}

async function orIfGone<T>(found: Promise<T>, gone: T): Promise<T> {
  try {
    return await found;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return gone;
    throw new Error(
      `a soundtrack of the ledger cannot be looked up: ${(error as Error).message} (fix that, or score anew with --again)`,
      { cause: error },
    );
  }
}
