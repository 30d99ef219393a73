// Sample clips, served at /clips/. Only names found in a listing of the directory are opened,
// so a path from outside is never used.
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { servableBytes, type Servable } from './ranges.js';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.avi': 'video/x-msvideo',
  '.m4v': 'video/x-m4v',
  '.mkv': 'video/x-matroska',
  '.ts': 'video/mp2t',
  '.flv': 'video/x-flv',
  '.mpg': 'video/mpeg',
  '.mpeg': 'video/mpeg',
};

/** Files up to this size stay in memory: load tests ask for the same few again and again. */
const MAX_KEPT_BYTES = 2 * 1024 * 1024;

/** The package's own clips, both from the sources and from `dist`. */
export const PACKAGE_CLIPS = ['../../examples/clips', '../../../examples/clips'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/** The clips of the first of some directories that exists. */
export class Clips {
  #names: ReadonlyMap<string, string> | undefined;
  readonly #kept = new Map<string, Servable>();

  constructor(private readonly directories: readonly string[]) {}

  /** The clip of that name, or undefined. `load/<anything>.mp4` is the smallest MP4 there is. */
  async find(name: string): Promise<Servable | undefined> {
    if (/^load\/[\w-]+\.mp4$/.test(name)) return this.smallest();
    return (
      (await this.#open(name, await this.#listing(false))) ??
      // It may have come since the last listing.
      (await this.#open(name, await this.#listing(true)))
    );
  }

  /** The smallest MP4, or undefined if there is none. */
  async smallest(): Promise<Servable | undefined> {
    const kept = this.#kept.get('smallest');
    if (kept !== undefined) return kept;
    const listing = await this.#listing(false);
    let smallest: Servable | undefined;
    for (const name of listing.keys()) {
      const clip = name.endsWith('.mp4') ? await this.#open(name, listing) : undefined;
      if (clip !== undefined && clip.size < (smallest?.size ?? Infinity)) smallest = clip;
    }
    if (smallest !== undefined) this.#kept.set('smallest', smallest);
    return smallest;
  }

  async #open(name: string, listing: ReadonlyMap<string, string>): Promise<Servable | undefined> {
    const path = listing.get(name);
    if (path === undefined) return undefined;
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept;
    const { size, mtimeMs } = await stat(path);
    const type = CONTENT_TYPES[extname(name).toLowerCase()] ?? 'application/octet-stream';
    const etag = `"${size.toString(16)}-${Math.floor(mtimeMs).toString(16)}"`;
    if (size > MAX_KEPT_BYTES) {
      return { size, type, etag, read: (start, end) => createReadStream(path, { start, end }) };
    }
    const clip = servableBytes(await readFile(path), type, etag);
    this.#kept.set(name, clip);
    return clip;
  }

  /** Names of plain files, with their paths; links and folders are left out. */
  async #listing(anew: boolean): Promise<ReadonlyMap<string, string>> {
    if (this.#names !== undefined && !anew) return this.#names;
    const names = new Map<string, string>();
    for (const directory of this.directories) {
      const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
      for (const entry of entries) {
        if (entry.isFile()) names.set(entry.name, join(directory, entry.name));
      }
      if (names.size > 0) break;
    }
    this.#names = names;
    return names;
  }
}
