// Checks whether the soundtracks that a ledger names exist. A folder is listed once for all its files.
import { readdir, stat } from 'node:fs/promises';
import { keepNewest } from '../../store/keep-newest.js';
import { isInBucket, resolvePlace, splitPlace } from '../../store/places.js';
import type { OpenStore } from '../../store/store.js';
import type { LedgerEntry } from './entry.js';

/** Entries of a batch are adjacent, so few folders are needed at a time. */
const MAX_FOLDERS = 4;

export class SoundtrackFiles {
  readonly #folders = new Map<string, Promise<ReadonlySet<string>>>();

  /** @param ledger location of the ledger */
  constructor(
    private readonly ledger: string,
    private readonly openStore: OpenStore,
  ) {}

  /**
   * Whether every file of an entry exists.
   * @throws Error if that is unknown: a clip must not be paid for again because a disk does not answer
   */
  async has({ soundtrack, soundtracks = [soundtrack] }: LedgerEntry): Promise<boolean> {
    for (const one of soundtracks) if (!(await this.#hasFile(one))) return false;
    return true;
  }

  async #hasFile(soundtrack: string): Promise<boolean> {
    const file = resolvePlace(this.ledger, soundtrack);
    const { folder, name } = splitPlace(file);
    if ((await this.#listed(folder)).has(name)) return true;
    if (isInBucket(file)) return false;
    // Some file systems list a name in another spelling than it was created with.
    return (await orIfGone(stat(file), undefined)) !== undefined;
  }

  #listed(folder: string): Promise<ReadonlySet<string>> {
    const names = this.#folders.get(folder) ?? this.#list(folder);
    keepNewest(this.#folders, folder, names, MAX_FOLDERS);
    return names;
  }

  async #list(folder: string): Promise<ReadonlySet<string>> {
    if (!isInBucket(folder)) return new Set(await orIfGone(readdir(folder), []));
    const { folder: location, name } = splitPlace(folder);
    const keys = await orIfGone(this.openStore(location).list(name), []);
    return new Set(keys.map((key) => key.slice(name.length + 1)));
  }
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
