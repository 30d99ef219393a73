// Reads single boxes of an ISO base media file, with no more requests than needed.
import type { Blocks } from './blocks.js';
import { BOX_HEADER_BYTES, boxAt, type Box } from './iso-boxes.js';

/** Read with each header: most `moof` boxes and the header behind them fit in. */
const AHEAD_BYTES = 4_096;

/** Longest content that is read: descriptions and tables have some KB. */
const MAX_BOX_BYTES = 1_048_576;

export interface BoxReader {
  /** Fewer at the end of the file; undefined: they cannot be had. */
  bytes(start: number, length: number): Promise<Buffer | undefined>;
  /** The box that begins at a position. */
  box(start: number): Promise<Box | undefined>;
  /** What lies behind a box's header; undefined also if that is too much. */
  content(box: Box): Promise<Buffer | undefined>;
}

/** @param size of the file in bytes */
export function boxReader(blocks: Blocks, size: number): BoxReader {
  let window = new Uint8Array(0);
  let windowStart = 0;

  async function bytes(start: number, length: number): Promise<Buffer | undefined> {
    const parts: Uint8Array[] = [];
    const end = Math.min(start + length, size);
    for (let at = start; at < end;) {
      const kept = at >= windowStart && at < windowStart + window.length;
      if (!kept) {
        const wanted = Math.min(Math.max(end - at, AHEAD_BYTES), size - at);
        const fetched = await blocks.bytes(at, wanted);
        if (fetched === undefined || fetched.length === 0) return undefined;
        [window, windowStart] = [new Uint8Array(fetched), at];
      }
      const part = window.subarray(at - windowStart, end - windowStart);
      parts.push(part);
      at += part.length;
    }
    return Buffer.concat(parts);
  }

  return {
    bytes,
    async box(start: number): Promise<Box | undefined> {
      const header = await bytes(start, BOX_HEADER_BYTES);
      return header && boxAt(header, start);
    },
    async content(box: Box): Promise<Buffer | undefined> {
      const length = box.size ?? Infinity;
      if (length > MAX_BOX_BYTES) return undefined;
      const whole = await bytes(box.start, length);
      return whole?.subarray(whole.readUInt32BE(0) === 1 ? BOX_HEADER_BYTES : 8);
    },
  };
}
