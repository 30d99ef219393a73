// A store in a folder of this machine (or one mounted on all machines that work on the batch).
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Appender } from './appender.js';
import { checkKey } from './keys.js';
import type { Store } from './store.js';

/** What Reelscore needs for itself lies below this folder; results and soundtracks beside it. */
const PRIVATE_FOLDER = '.reelscore';
const PART = /^\.[0-9a-f]{12}\.part$/;
const PUBLIC_KEYS =
  /^(soundtracks\/|results\.csv$|results\.jsonl$|summary\.json$|warnings\.jsonl$)/;

/**
 * Opens the store in a folder, which need not exist yet.
 * @throws Error if the location is not an absolute path.
 */
export function openLocalStore(location: string): Store {
  if (!path.isAbsolute(location)) {
    throw new Error(`store location ${JSON.stringify(location)} is not an absolute path`);
  }
  return new LocalStore(path.normalize(location));
}

class LocalStore implements Store {
  readonly #appenders = new Map<string, Appender>();
  readonly #folders = new Map<string, Promise<unknown>>();

  constructor(readonly location: string) {}

  write(key: string, content: string | Uint8Array): Promise<void> {
    return this.#replace(key, async (part) => {
      const file = await open(part, 'wx');
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
    });
  }

  async writeStream(
    key: string,
    content: Readable | AsyncIterable<Uint8Array | string>,
  ): Promise<number> {
    let written = 0;
    await this.#replace(key, async (part) => {
      const file = createWriteStream(part, { flags: 'wx', flush: true });
      await pipeline(content instanceof Readable ? content : Readable.from(content), file);
      written = file.bytesWritten;
    });
    return written;
  }

  async append(key: string, content: string): Promise<void> {
    const target = this.#path(key);
    let appender = this.#appenders.get(key);
    if (!appender) {
      await this.#folder(path.dirname(target));
      appender = this.#appenders.get(key) ?? new Appender(target);
      this.#appenders.set(key, appender);
    }
    await appender.append(content);
  }

  async readText(key: string): Promise<string | undefined> {
    try {
      return await readFile(this.#path(key), 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  readStream(key: string): Readable {
    return createReadStream(this.#path(key));
  }

  async exists(key: string): Promise<boolean> {
    try {
      await stat(this.#path(key));
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async list(prefix: string): Promise<string[]> {
    const folder = prefix.replace(/\/$/, '');
    try {
      const entries = await readdir(this.#path(folder), { withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
        .map((entry) => `${folder}/${entry.name}`)
        .sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  async sweep(): Promise<void> {
    const names = await readdir(this.location, { recursive: true });
    for (const name of names.filter((name) => PART.test(path.basename(name)))) {
      await rm(path.join(this.location, name), { force: true });
    }
  }

  async remove(key: string): Promise<void> {
    await rm(this.#path(key), { force: true });
  }

  /** S2. A file under its own name is whole and on disk: it is written beside it, synced, renamed. */
  async #replace(key: string, fill: (part: string) => Promise<void>): Promise<void> {
    const target = this.#path(key);
    const folder = path.dirname(target);
    await this.#folder(folder);
    const part = path.join(folder, `.${randomBytes(6).toString('hex')}.part`);
    try {
      await fill(part);
      await rename(part, target);
      await syncFolder(folder); // S2: else a power cut may undo the renaming
    } catch (error) {
      await rm(part, { force: true });
      if (isMissing(error)) this.#folders.delete(folder);
      throw error;
    }
  }

  #path(key: string): string {
    const segments = checkKey(key);
    const root = PUBLIC_KEYS.test(key) ? this.location : path.join(this.location, PRIVATE_FOLDER);
    return path.join(root, ...segments);
  }

  /** Creates a folder once. */
  #folder(folder: string): Promise<unknown> {
    let made = this.#folders.get(folder);
    if (!made) {
      made = mkdir(folder, { recursive: true })
        .then(() => syncFolder(path.dirname(folder)))
        .catch((error: unknown) => {
          this.#folders.delete(folder);
          throw error;
        });
      this.#folders.set(folder, made);
    }
    return made;
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

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
