import type { Readable } from 'node:stream';

/**
 * Where one batch's snapshot, outcomes and soundtracks lie: a folder, or a place in a bucket.
 *
 * Keys are relative, '/'-separated paths of safe names (see `checkKey`).
 *
 * - S1. A key from outside is refused, never used as a path unchecked.
 * - S2. A write is whole or absent, also after a power cut: readers never see half an object.
 * - S3. Once the promise of a change has resolved, the change is on disk.
 */
export interface Store {
  /** For people and messages: where it is. */
  readonly location: string;
  /** Writes a small object, replacing what was there. */
  write(key: string, content: string | Uint8Array): Promise<void>;
  /** Writes a small object if there is none; of several who do, one alone gets true. */
  create(key: string, content: string): Promise<boolean>;
  /**
   * Writes a stream, replacing what was there; returns its length in bytes. Nothing is kept if the
   * stream fails, and the stream is destroyed if the store does.
   * @param arriving called with the object's version when it is whole, before it is there; if it fails, so does the
   *   write
   */
  writeStream(
    key: string,
    content: Readable | AsyncIterable<Uint8Array | string>,
    arriving?: (version: string) => Promise<void>,
  ): Promise<number>;
  /**
   * Writes what a program writes into a file, replacing what was there.
   * @param fill writes over the file at the path, which is empty; nothing is kept if it fails
   */
  writeFile(key: string, fill: (path: string) => Promise<void>): Promise<void>;
  /** Calls `work` with the path of a file that has an object's content, for programs that read files. */
  withFile<T>(key: string, work: (path: string) => Promise<T>): Promise<T>;
  /** A link to an object: file: or s3: */
  linkOf(key: string): string;
  /** Tells an object from any other under its key, before and after; undefined if there is none. */
  version(key: string): Promise<string | undefined>;
  /**
   * Appends lines to an object and returns when they are on disk. A failed append may leave part of
   * its lines; those of later ones are whole all the same, so a reader passes over what it cannot read.
   * @param content lines, each with its line feed
   */
  append(key: string, content: string): Promise<void>;
  /** Whole content as UTF-8, or undefined if there is none. */
  readText(key: string): Promise<string | undefined>;
  /** @param range bytes, `to` excluded; default: all there are */
  readStream(key: string, range?: { from?: number; to?: number }): Readable;
  exists(key: string): Promise<boolean>;
  /** In bytes, or undefined if there is none. */
  size(key: string): Promise<number | undefined>;
  /** Keys directly below a folder ('outcomes/'), sorted; none if there is no such folder. */
  list(prefix: string): Promise<string[]>;
  /** The same, with their sizes as of one moment. */
  entries(prefix: string): Promise<StoreEntry[]>;
  remove(key: string): Promise<void>;
  /**
   * Removes what interrupted writes left; only when nothing else writes there.
   * @param folder this one alone; default: all of the store
   */
  sweep(folder?: string): Promise<void>;
}

export interface StoreEntry {
  key: string;
  /** In bytes. */
  size: number;
}

/** Opens the store at a location. Throws on a location it cannot serve. */
export type OpenStore = (location: string) => Store;
