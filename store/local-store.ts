// A store in a folder of this machine (or one mounted on all machines that work on the batch).
import { createReadStream, createWriteStream, type Dirent, type Stats } from 'node:fs';
import { link, open, opendir, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { Appender } from './appender.js';
import { Folders, isMissing } from './folders.js';
import { isPublic, PRIVATE_FOLDER, segmentsOf } from './layout.js';
import type { Store, StoreEntry } from './store.js';

/** Of files in the private folder. */
const PRIVATE_MODE = 0o600;
/** Of what is for people, as far as the user's umask lets it. */
const PUBLIC_MODE = 0o666;
/** Of a folder; Node's own 32 are slow for the soundtracks of a large batch. */
const ENTRIES_A_READ = 500;
const PART = /^\.[0-9a-f]{12}\.part$/;

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

type ByteRange = NonNullable<Parameters<Store['readStream']>[1]>;

class LocalStore implements Store {
  readonly #appenders = new Map<string, Appender>();
  readonly #folders: Folders;

  constructor(readonly location: string) {
    this.#folders = new Folders(path.join(location, PRIVATE_FOLDER));
  }

  write(key: string, content: string | Uint8Array): Promise<void> {
    return this.#put(key, (part) => writeSynced(part, content, modeOf(key)), rename);
  }

  async create(key: string, content: string): Promise<boolean> {
    let isFirst = true;
    await this.#put(
      key,
      (part) => writeSynced(part, content, modeOf(key)),
      async (part, target) => {
        try {
          await link(part, target);
        } catch (error) {
          if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
          isFirst = false;
        }
        await rm(part);
      },
    );
    return isFirst;
  }

  async writeStream(
    key: string,
    content: Readable | AsyncIterable<Uint8Array | string>,
    arriving?: (version: string) => Promise<void>,
  ): Promise<number> {
    const source = content instanceof Readable ? content : Readable.from(content);
    source.on('error', () => undefined); // one that comes too early is found by the pipeline
    let written = 0;
    try {
      await this.#replace(key, async (part) => {
        const file = createWriteStream(part, { flags: 'wx', flush: true, mode: modeOf(key) });
        await pipeline(source, file);
        written = file.bytesWritten;
        await arriving?.(fileVersion(await stat(part)));
      });
    } finally {
      source.destroy(); // nothing else reads it where the write failed before it began
    }
    return written;
  }

  writeFile(key: string, fill: (path: string) => Promise<void>): Promise<void> {
    return this.#replace(key, async (part) => {
      // Made first, because programs know no modes: what they write over keeps its own.
      await (await open(part, 'wx', modeOf(key))).close();
      await fill(part);
      const file = await open(part, 'r');
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    });
  }

  async withFile<T>(key: string, work: (path: string) => Promise<T>): Promise<T> {
    return await work(this.#path(key));
  }

  linkOf(key: string): string {
    return pathToFileURL(this.#path(key)).href;
  }

  async append(key: string, content: string): Promise<void> {
    const target = this.#path(key);
    const appender = this.#appenders.get(key) ?? new Appender(target, this.#folders, modeOf(key));
    this.#appenders.set(key, appender);
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

  readStream(key: string, { from = 0, to = Infinity }: ByteRange = {}): Readable {
    const target = this.#path(key);
    return to > from ? createReadStream(target, { start: from, end: to - 1 }) : Readable.from([]);
  }

  async exists(key: string): Promise<boolean> {
    return (await this.size(key)) !== undefined;
  }

  async size(key: string): Promise<number | undefined> {
    try {
      return (await stat(this.#path(key))).size;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async version(key: string): Promise<string | undefined> {
    try {
      return fileVersion(await stat(this.#path(key)));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async list(prefix: string): Promise<string[]> {
    const folder = prefix.replace(/\/$/, '');
    const entries = await entriesOf(this.#path(folder));
    return entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => `${folder}/${entry.name}`)
      .sort();
  }

  async entries(prefix: string): Promise<StoreEntry[]> {
    const keys = await this.list(prefix);
    const found = keys.map(async (key) => ({ key, size: await this.size(key) }));
    return (await Promise.all(found)).flatMap(({ key, size }) =>
      size === undefined ? [] : [{ key, size }],
    );
  }

  async sweep(folder?: string): Promise<void> {
    const from = folder === undefined ? this.location : this.#path(folder);
    for await (const { name, parentPath } of entriesBelow(from)) {
      if (PART.test(name)) await rm(path.join(parentPath, name), { force: true });
    }
  }

  async remove(key: string): Promise<void> {
    const target = this.#path(key);
    try {
      await unlink(target);
      await this.#folders.sync(path.dirname(target)); // S3
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  /** S2. A file is written beside its place, synced, and renamed. */
  #replace(key: string, fill: (part: string) => Promise<void>): Promise<void> {
    return this.#put(key, fill, rename);
  }

  /** @param settle gives what is written its name */
  async #put(
    key: string,
    fill: (part: string) => Promise<void>,
    settle: (part: string, target: string) => Promise<void>,
  ): Promise<void> {
    const target = this.#path(key);
    const folder = path.dirname(target);
    await this.#folders.ensure(folder);
    const part = path.join(folder, `.${randomBytes(6).toString('hex')}.part`);
    try {
      await fill(part);
      await settle(part, target);
      await this.#folders.sync(folder); // S2: else a power cut may undo the renaming
    } catch (error) {
      await rm(part, { force: true });
      this.#folders.failed(folder, error);
      throw error;
    }
  }

  #path(key: string): string {
    return path.join(this.location, ...segmentsOf(key));
  }
}

async function writeSynced(
  part: string,
  content: string | Uint8Array,
  mode: number,
): Promise<void> {
  const file = await open(part, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

function modeOf(key: string): number {
  return isPublic(key) ? PUBLIC_MODE : PRIVATE_MODE;
}

/**
 * A file keeps its inode when it is renamed, and no other has it while both are there. Of the time whole seconds:
 * some file systems forget the rest.
 */
export function fileVersion({ ino, size, mtimeMs }: Stats): string {
  return `${ino}-${size}-${Math.floor(mtimeMs / 1000)}`;
}

/** All that lies in a folder and the folders below it, without ever holding a list of it. */
async function* entriesBelow(folder: string): AsyncIterable<Dirent> {
  try {
    for await (const entry of await opendir(folder, { bufferSize: ENTRIES_A_READ })) {
      if (entry.isDirectory()) yield* entriesBelow(path.join(folder, entry.name));
      else yield entry;
    }
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
