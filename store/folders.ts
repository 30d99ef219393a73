// Folders, and names in them, that are still there after a power cut. (S2, S3)
import { chmod, mkdir, open, stat } from 'node:fs/promises';
import path from 'node:path';

/** Only the user that runs Reelscore may read it: it holds links, prompts and the journal. */
const PRIVATE_FOLDER_MODE = 0o700;

interface Syncing {
  running: Promise<void>;
  /** For those who came while it ran: it may not have seen their entries. */
  next?: Promise<void>;
}

export class Folders {
  readonly #made = new Map<string, Promise<void>>();
  readonly #syncing = new Map<string, Syncing>();

  /** @param privateFolder closed to other users, with all below it */
  constructor(private readonly privateFolder: string) {}

  /** Resolves once the folder is there and on disk, with all above it that had to be made. */
  ensure(folder: string): Promise<void> {
    let made = this.#made.get(folder);
    if (!made) {
      made = this.#make(folder);
      this.#made.set(folder, made);
      made.catch(() => this.#made.delete(folder));
    }
    return made;
  }

  /** Takes note of a write that failed: a folder that is gone is made again by the next one. */
  failed(folder: string, error: unknown): void {
    if (isMissing(error)) this.#made.delete(folder);
  }

  /**
   * Brings a folder's entries to disk: the name of a new or renamed file is one. Callers at one time
   * share a sync, always one that begins after they called.
   */
  sync(folder: string): Promise<void> {
    const syncing = this.#syncing.get(folder);
    if (!syncing) return this.#startSync(folder);
    const start = (): Promise<void> => this.#startSync(folder);
    return (syncing.next ??= syncing.running.then(start, start));
  }

  async #make(folder: string): Promise<void> {
    const { privateFolder } = this;
    const isPrivate = !path.relative(privateFolder, folder).startsWith('..');
    // What lies above it is for everybody.
    const above = isPrivate
      ? await mkdir(path.dirname(privateFolder), { recursive: true })
      : undefined;
    const mode = isPrivate ? { mode: PRIVATE_FOLDER_MODE } : {};
    const made = await mkdir(folder, { recursive: true, ...mode });
    if (isPrivate) await close(privateFolder);
    await syncAbove(folder, above ?? made ?? folder);
  }

  #startSync(folder: string): Promise<void> {
    const syncing: Syncing = { running: syncFolder(folder) };
    this.#syncing.set(folder, syncing);
    const over = (): void => {
      if (!syncing.next) this.#syncing.delete(folder);
    };
    syncing.running.then(over, over);
    return syncing.running;
  }
}

async function syncFolder(folder: string): Promise<void> {
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

/** One that was made by hand, or by an earlier version. That of another user stays as it is. */
async function close(folder: string): Promise<void> {
  if (((await stat(folder)).mode & 0o077) === 0) return;
  try {
    await chmod(folder, PRIVATE_FOLDER_MODE);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EPERM' && code !== 'ENOTSUP') throw error;
  }
}

/** @param first the uppermost folder that was made */
async function syncAbove(folder: string, first: string): Promise<void> {
  // Each folder made is an entry of the one above it.
  const levels = path.relative(path.dirname(first), folder).split(path.sep).length;
  for (let above = folder, level = 0; level < levels; level += 1) {
    above = path.dirname(above);
    await syncFolder(above);
  }
}
