// mediainfo compiled to WebAssembly, with a bound on its memory. Runs in a thread of its own
// (parser-thread.ts): some files keep it busy for a minute, and only a thread can be ended then.
import { type MediaInfo, mediaInfoFactory } from 'mediainfo.js';
import type { Analysis, AnalysisInput, NeedsBlock } from './analysis.js';
import { BLOCK_BYTES } from './blocks.js';
import { reportOf } from './report.js';

/** Small, so that the parser asks for a jump before it is given more than it needs. */
const CHUNK_BYTES = 65_536;

/** A parser that jumps back and forth is given as much as this many times what may be read. */
const MAX_REREADS = 4;

/** A read counts for at least this much, so that many tiny ones end too. */
const MIN_READ_BYTES = 4_096;

const WASM_PAGE_BYTES = 65_536;

/** As much of the standard's interface as is used here; its types come with those of browsers only. */
interface WasmMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}
declare const WebAssembly: { Memory: { prototype: WasmMemory } };

export interface Parser {
  /** @throws what the parser throws when a file breaks it; it is of no use then */
  analyze(input: AnalysisInput): Promise<Analysis | NeedsBlock>;
  /** What it holds, in bytes. */
  memoryBytes(): number;
}

/**
 * Bounds every WebAssembly memory of this thread: mediainfo's own bound is 2 GB, and V8's limits for
 * threads do not count such memory. A refused growth is a failed allocation to the parser.
 */
function capMemory(maxBytes: number): () => number {
  const { prototype } = WebAssembly.Memory;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its object below
  const { grow } = prototype;
  let held = 0;
  prototype.grow = function capped(this: WasmMemory, pages: number): number {
    const wanted = this.buffer.byteLength + pages * WASM_PAGE_BYTES;
    if (wanted > maxBytes) throw new RangeError('the media parser wants too much memory');
    const before = grow.call(this, pages);
    held = Math.max(held, wanted);
    return before;
  };
  return () => held;
}

class BlockMissing extends Error {
  constructor(readonly index: number) {
    super('a block is missing');
  }
}

async function read(info: MediaInfo, { size, maxBytes, blocks }: AnalysisInput): Promise<Analysis> {
  const last = Math.ceil(size / BLOCK_BYTES) - 1;
  const seen = { bytes: 0, cut: false, end: false };
  const result = await info.analyzeData(size, (length, offset) => {
    const index = Math.floor(offset / BLOCK_BYTES);
    const begin = offset % BLOCK_BYTES;
    const affordable = seen.bytes < maxBytes * MAX_REREADS;
    if (affordable && !blocks.has(index)) throw new BlockMissing(index);
    const block = affordable ? blocks.get(index) : undefined;
    const bytes = block?.subarray(begin, begin + length) ?? new Uint8Array(0);
    if (bytes.length === 0) seen.cut = true;
    else if (index === last) seen.end = true;
    seen.bytes += Math.max(bytes.length, MIN_READ_BYTES);
    return bytes;
  });
  return { report: reportOf(result), cut: seen.cut, sawEnd: seen.end };
}

/** @param maxBytes of memory that the parser may hold */
export async function createParser(maxBytes: number): Promise<Parser> {
  const memoryBytes = capMemory(maxBytes);
  const info = await mediaInfoFactory({ format: 'object', chunkSize: CHUNK_BYTES });
  return {
    memoryBytes,
    async analyze(input) {
      try {
        return await read(info, input);
      } catch (error) {
        if (error instanceof BlockMissing) return { needs: error.index };
        throw error;
      }
    },
  };
}
