// Reads as little of a clip as tells what it is: first its beginning and whatever the parser jumps
// to; of streams without a description, their beginning and end; only then more.
import type { MediaAnalyzer } from './analyzer.js';
import { BLOCK_BYTES, type Blocks } from './blocks.js';
import { factsFrom, isComplete, type MediaFacts } from './facts.js';

/** Enough for containers with a description: the first block and one at the end or two beside. */
const QUICK_BLOCKS = 3;
const HEAD_BLOCKS = 2;
/** The last block may be short. */
const TAIL_BLOCKS = 3;

/** A parser that jumps back and forth is given as much as this many times what may be read. */
const MAX_REREADS = 4;

/** A read counts for at least this much, so that many tiny ones end too. */
const MIN_READ_BYTES = 4_096;

/** Streams without a description, whose timestamps at both ends give the duration. */
const STAMPED_STREAMS: ReadonlySet<string> = new Set(['MPEG-TS', 'BDAV', 'MPEG-PS', 'CDXA']);
/** Not even timestamps: only reading all of it gives the duration. */
const BARE_STREAM = 'MPEG Video';

export interface Inspection {
  facts: MediaFacts;
  /** Everything the parser asked for could be read. */
  whole: boolean;
}

interface Part {
  /** Length of what the parser takes for the file, in bytes. */
  size: number;
  /** Blocks that may be read. */
  most: number;
  /** Number of the block at a position of what the parser takes for the file. */
  numberAt: (position: number) => number;
  /** Where the parser's general figures hold; of joined ends only the track's timestamps do. */
  durationFrom: 'container' | 'track';
}

interface Reading extends Inspection {
  format: string;
}

/** Fragments follow one another to the file's end, each with its own share of the duration. */
function isFragmented(head: Uint8Array | undefined): boolean {
  return Buffer.from(head ?? []).includes('mvex');
}

/** One reading of some blocks, which the parser sees as a file without gaps. */
async function readPart(analyzer: MediaAnalyzer, blocks: Blocks, part: Part): Promise<Reading> {
  const { size, most, numberAt, durationFrom } = part;
  const given = new Set<number>();
  const seen = { bytes: 0, cut: false };
  const report = await analyzer.analyze(size, async (length, offset) => {
    const index = numberAt(Math.floor(offset / BLOCK_BYTES));
    const begin = offset % BLOCK_BYTES;
    const affordable =
      (given.has(index) || given.size < most) && seen.bytes < most * BLOCK_BYTES * MAX_REREADS;
    const block = affordable ? await blocks.block(index) : undefined;
    const bytes = block?.subarray(begin, begin + length) ?? new Uint8Array(0);
    if (bytes.length === 0) seen.cut = true;
    else given.add(index);
    seen.bytes += Math.max(bytes.length, MIN_READ_BYTES);
    return bytes;
  });
  const general = report.media?.track.find((track) => track['@type'] === 'General');
  const format = general?.Format ?? '';
  const needsEnd =
    STAMPED_STREAMS.has(format) ||
    format === BARE_STREAM ||
    (format === 'MPEG-4' && isFragmented(await blocks.block(0)));
  const sawEnd = !seen.cut || (format === 'MPEG-4' && given.has(Math.ceil(size / BLOCK_BYTES) - 1));
  // Without the end, the parser guesses by bit rate or counts what it saw.
  const source = needsEnd && !sawEnd ? 'none' : durationFrom;
  return { facts: factsFrom(report, source), whole: !seen.cut, format };
}

/** The beginning and the end of a stream, joined: what lies between does not move timestamps. */
function ends(size: number): Part {
  const skipped = Math.ceil(size / BLOCK_BYTES) - HEAD_BLOCKS - TAIL_BLOCKS;
  return {
    size: size - skipped * BLOCK_BYTES,
    most: HEAD_BLOCKS + TAIL_BLOCKS,
    numberAt: (position) => (position < HEAD_BLOCKS ? position : position + skipped),
    durationFrom: 'track',
  };
}

/**
 * @param size the file's length in bytes, or what to assume if nobody tells
 * @param maxBlocks most blocks that may be read in all
 */
export async function inspect(
  analyzer: MediaAnalyzer,
  blocks: Blocks,
  size: number,
  maxBlocks: number,
): Promise<Inspection> {
  const beginning = (most: number): Part => ({
    size,
    most,
    numberAt: (position) => position,
    durationFrom: 'container',
  });
  const count = Math.ceil(size / BLOCK_BYTES);

  const quick = await readPart(analyzer, blocks, beginning(QUICK_BLOCKS));
  if (quick.whole || quick.format === '' || isComplete(quick.facts)) return quick;
  if (STAMPED_STREAMS.has(quick.format) && blocks.seekable && count > HEAD_BLOCKS + TAIL_BLOCKS) {
    const joined = await readPart(analyzer, blocks, ends(size));
    if (joined.facts.hasVideo) return joined;
  }
  // Of the other formats, more tells more only if it is all; MPEG-4 has its description in one place.
  if (count > maxBlocks && quick.format !== 'MPEG-4') return quick;
  return readPart(analyzer, blocks, beginning(maxBlocks));
}
