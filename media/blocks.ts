// A file on a server as numbered blocks, fetched when asked for and kept. Bounded in bytes and in
// requests, whatever the server claims or sends.
import type { Readable } from 'node:stream';

/** Most sample clips fit into one; of larger ones, the first and last usually tell everything. */
export const BLOCK_BYTES = 262_144;

export interface Blocks {
  /**
   * The block with a number from 0, shorter than BLOCK_BYTES (or empty) at the end of the file.
   * Undefined: it cannot be had, since the budget is spent or the server does not hand it out.
   */
  block(index: number): Promise<Uint8Array | undefined>;
  /**
   * Bytes from a position on, fewer at the end of the file or of a block. Of a block that is not here
   * yet, no more than these are fetched. Undefined: as for blocks.
   */
  bytes(start: number, length: number): Promise<Uint8Array | undefined>;
  /** Whether any block can be had, not only the next one. */
  readonly seekable: boolean;
  close(): void;
}

/**
 * At most `most` bytes of a body. Reads to the body's end if `whole` says that it ends there, so
 * that the connection can be used again; else leaves the rest and ends the connection.
 */
export async function readAtMost(body: Readable, most: number, whole: boolean): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    parts.push(part);
    length += part.length;
    if (length > most || (length === most && !whole)) break;
  }
  return Buffer.concat(parts).subarray(0, most);
}

async function partOf(
  block: Promise<Uint8Array | undefined>,
  start: number,
  length: number,
): Promise<Uint8Array | undefined> {
  const begin = start % BLOCK_BYTES;
  return (await block)?.subarray(begin, begin + length);
}

/** A body that can only be read on: of a server without range requests. */
export function sequentialBlocks(body: Readable, maxBytes: number): Blocks {
  const known: Uint8Array[] = [];
  const parts: AsyncIterator<Buffer, undefined> = body[Symbol.asyncIterator]();
  let pending: Buffer = Buffer.alloc(0);
  let ended = false;

  async function block(index: number): Promise<Uint8Array | undefined> {
    while (known.length <= index) {
      if (ended && pending.length === 0) return new Uint8Array(0);
      if ((known.length + 1) * BLOCK_BYTES > maxBytes) return undefined;
      await readBlock();
    }
    return known[index];
  }

  async function readBlock(): Promise<void> {
    const gathered = [pending];
    let length = pending.length;
    while (length < BLOCK_BYTES && !ended) {
      const { value: part } = await parts.next();
      if (part === undefined) ended = true;
      else {
        gathered.push(part);
        length += part.length;
      }
    }
    const all = Buffer.concat(gathered);
    pending = all.subarray(BLOCK_BYTES);
    known.push(all.subarray(0, BLOCK_BYTES));
  }

  return {
    seekable: false,
    block,
    bytes: (start, length) => partOf(block(Math.floor(start / BLOCK_BYTES)), start, length),
    close: () => void body.destroy(),
  };
}

/**
 * Fetches `length` bytes at an offset; fewer if the server gives fewer, none past the end of the
 * file, undefined if the server does not hand this part out.
 */
export type FetchPart = (offset: number, length: number) => Promise<Uint8Array | undefined>;

export interface RangedBounds {
  maxBytes: number;
  maxRequests: number;
}

/** A server that answers range requests. Servers may answer with less than was asked for. */
export function rangedBlocks(
  first: Uint8Array,
  size: number | undefined,
  fetchPart: FetchPart,
  bounds: RangedBounds,
): Blocks {
  const known = new Map<number, Promise<Uint8Array | undefined>>();
  let requests = 1;
  let looseBytes = 0;
  const spent = (): number => known.size * BLOCK_BYTES + looseBytes;

  async function fill(index: number, begun: Uint8Array): Promise<Uint8Array | undefined> {
    const start = index * BLOCK_BYTES;
    const wanted = size === undefined ? BLOCK_BYTES : Math.min(BLOCK_BYTES, size - start);
    let block = begun;
    while (block.length < wanted) {
      if (requests >= bounds.maxRequests) return undefined;
      requests += 1;
      const part = await fetchPart(start + block.length, wanted - block.length);
      if (part === undefined) return undefined;
      if (part.length === 0) return size === undefined ? block : undefined;
      block = Buffer.concat([block, part]);
    }
    return block;
  }

  return {
    seekable: true,
    block(index) {
      let block = known.get(index);
      if (block === undefined) {
        if (spent() + BLOCK_BYTES > bounds.maxBytes) return Promise.resolve(undefined);
        block = fill(index, index === 0 ? first : Buffer.alloc(0));
        known.set(index, block);
      }
      return block;
    },
    bytes(start, length) {
      const block = known.get(Math.floor(start / BLOCK_BYTES));
      if (block !== undefined) return partOf(block, start, length);
      const most = Math.min(length, (size ?? Infinity) - start);
      if (most <= 0) return Promise.resolve(new Uint8Array(0));
      const spare = requests < bounds.maxRequests && spent() + most <= bounds.maxBytes;
      if (!spare) return Promise.resolve(undefined);
      requests += 1;
      looseBytes += most;
      return fetchPart(start, most);
    },
    close: () => undefined,
  };
}
