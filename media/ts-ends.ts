// Reads a transport stream's beginning and end, whose stamps tell what the stream does not.
import { BLOCK_BYTES, type Blocks } from './blocks.js';
import { readTimes, type TsTimes } from './ts-times.js';

const HEAD_BLOCKS = 3;
/** The last block may be short. */
const TAIL_BLOCKS = 3;

export interface StreamBounds {
  sizeBytes: number | undefined;
  /** Most blocks that may be read in all, where they can only be read on and on. */
  maxBlocks: number;
}

async function join(blocks: Blocks, from: number, to: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let index = from; index < to; index += 1) {
    const part = await blocks.block(index);
    if (part === undefined) break;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** @returns undefined if this is no transport stream */
export async function readEnds(
  blocks: Blocks,
  { sizeBytes, maxBlocks }: StreamBounds,
): Promise<TsTimes | undefined> {
  const count = sizeBytes === undefined ? undefined : Math.ceil(sizeBytes / BLOCK_BYTES);
  const head = await join(blocks, 0, Math.min(HEAD_BLOCKS, count ?? HEAD_BLOCKS));
  const first = Math.max(0, (count ?? 0) - TAIL_BLOCKS);
  const reachable = count !== undefined && (blocks.seekable || count <= maxBlocks);
  const tailStart = first * BLOCK_BYTES;
  const end = reachable ? await join(blocks, first, count) : undefined;
  const tail = end !== undefined && tailStart + end.length === sizeBytes ? end : undefined;
  return readTimes({ head, tail, tailStart, sizeBytes });
}
