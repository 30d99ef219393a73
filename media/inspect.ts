// Reads as little of a clip as necessary: first its beginning and whatever the parser jumps
// to; of streams without a description, their beginning and end; only then more.
import { findIsoIndex } from './iso-index.js';
import { isoKind } from './iso-boxes.js';
import { ebmlKind } from './ebml-kind.js';
import type { AnalysisInput } from './analysis.js';
import { MediaParserError, type MediaAnalyzer } from './analyzer.js';
import { aviReport } from './avi-header.js';
import { BLOCK_BYTES, type Blocks } from './blocks.js';
import { factsFrom, isComplete, withStamps, type MediaFacts } from './facts.js';
import { readFragments } from './iso-fragments.js';
import { boxReader } from './box-reader.js';
import { isFlvCut, isProgramCut } from './stream-tails.js';
import { readEnds } from './ts-ends.js';

/** Enough for containers with a description: the first block and one at the end or two beside. */
const QUICK_BLOCKS = 3;
const HEAD_BLOCKS = 2;
/** The last block may be short. */
const TAIL_BLOCKS = 3;

/** Blocks of 256 KB. */
const MAX_AHEAD = 16;

/** Streams without a description, whose timestamps at both ends give the duration. */
const TRANSPORT_STREAMS: ReadonlySet<string> = new Set(['MPEG-TS', 'MPEG-TS 188+16', 'BDAV']);
const STAMPED_STREAMS: ReadonlySet<string> = new Set([...TRANSPORT_STREAMS, 'MPEG-PS', 'CDXA']);
/** Streams without timestamps: only reading all of it gives the duration. */
const BARE_STREAM = 'MPEG Video';

/** What is asked of the parsers. */
export type Analyze = (input: AnalysisInput) => ReturnType<MediaAnalyzer['analyze']>;

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
  /** Made of the boxes of MP4 and MOV. */
  iso: boolean;
  /** In parts that each have boxes of their own. */
  fragmented: boolean;
}

/** The parser calls some files by their brand, or by what is in them. */
function containerOf(stated: string, head: Uint8Array): string {
  const kind = isoKind(head);
  if (stated === '') return stated;
  if (kind === undefined) return ebmlKind(head) ?? stated;
  if (kind === 'pictures') return stated;
  return kind === '3gp' ? '3GP' : 'MPEG-4';
}

/** Fragments follow one another to the file's end, each with its own share of the duration. */
function isFragmented(head: Uint8Array): boolean {
  return Buffer.from(head).includes('mvex');
}

/**
 * Numbers of the blocks to get next. What a parser reads on and on is got in ever larger portions, for
 * it begins anew with each.
 */
function wanted(given: ReadonlyMap<number, unknown>, needs: number, most: number): number[] {
  let before = 0;
  while (given.has(needs - 1 - before)) before += 1;
  const room = Math.max(1, most - given.size);
  const count = before < QUICK_BLOCKS ? 1 : Math.min(before, MAX_AHEAD, room);
  return Array.from({ length: count }, (_, at) => needs + at).filter((one) => !given.has(one));
}

/** One reading of some blocks, which the parser sees as a file without gaps. */
async function readPart(analyze: Analyze, blocks: Blocks, part: Part): Promise<Reading> {
  const { size, most, numberAt, durationFrom } = part;
  const given = new Map<number, Uint8Array | undefined>();
  const ask = () => analyze({ size, maxBytes: most * BLOCK_BYTES, blocks: given });
  let answer = await ask();
  while ('needs' in answer) {
    for (const index of wanted(given, answer.needs, most)) {
      given.set(index, given.size < most ? await blocks.block(numberAt(index)) : undefined);
    }
    answer = await ask();
  }
  const { report, cut, sawEnd: readLast } = answer;
  const head = (await blocks.block(0)) ?? new Uint8Array(0);
  const format = containerOf(report.format ?? '', head);
  const iso = format === 'MPEG-4' || format === '3GP';
  const fragmented = iso && isFragmented(head);
  const stamped = STAMPED_STREAMS.has(format);
  const needsEnd = stamped || format === BARE_STREAM || fragmented;
  const sawEnd = !cut || (iso && readLast);
  // Without the end, the parser guesses by bit rate or counts what it saw.
  const source = needsEnd && !sawEnd ? 'none' : durationFrom;
  // A stream does not say how long it is: the parser takes for cut off what it is not given.
  const cutOff = report.cutOff && !stamped;
  const stated = { ...report, cutOff, ...(format !== '' && { format }) };
  return { facts: factsFrom(stated, source), whole: !cut, format, iso, fragmented };
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

/** What the stamps add to what the parser found. */
async function withTimes(reading: Reading, clip: Inspected): Promise<Reading> {
  const times = await readEnds(clip.blocks, clip);
  return times === undefined ? reading : { ...reading, facts: withStamps(reading.facts, times) };
}

/** Whether a stream's last bytes show that it is truncated. */
const TAILS: ReadonlyMap<string, (tail: Buffer) => boolean> = new Map([
  ['Flash Video', isFlvCut],
  ['MPEG-PS', isProgramCut],
]);
const TAIL_BYTES = 262_144;

/** What the end of the file adds. */
async function withEnd(reading: Reading, clip: Inspected): Promise<Reading> {
  const { blocks, sizeBytes, maxBlocks } = clip;
  const isCut = TAILS.get(reading.format);
  if (isCut === undefined || sizeBytes === undefined) return reading;
  if (!blocks.seekable && sizeBytes > maxBlocks * BLOCK_BYTES) return reading;
  const start = Math.max(0, sizeBytes - TAIL_BYTES);
  const tail = await boxReader(blocks, sizeBytes).bytes(start, TAIL_BYTES);
  if (tail === undefined || !isCut(tail)) return reading;
  return { ...reading, facts: { ...reading.facts, cutOff: true } };
}

/** What the first and last fragments add. */
async function withFragments(reading: Reading, clip: Inspected): Promise<Reading> {
  const { blocks, sizeBytes } = clip;
  const found = sizeBytes === undefined ? undefined : await readFragments(blocks, sizeBytes);
  if (found === undefined) return reading;
  const { frameRate, ...facts } = reading.facts;
  const cutOff = facts.cutOff || found.cutOff;
  const stated = found.variableFrameRate === true ? undefined : frameRate;
  const rate = stated === undefined ? {} : { frameRate: stated };
  return { ...reading, facts: { ...facts, ...rate, ...found, cutOff } };
}

async function readQuickly(analyze: Analyze, clip: Inspected, part: Part): Promise<Reading> {
  const { blocks } = clip;
  const head = (await blocks.block(0)) ?? new Uint8Array(0);
  if (isoKind(head) !== undefined && isFragmented(head)) {
    const begun = await readPart(analyze, blocks, { ...part, most: 1 });
    const reading = begun.fragmented ? await withFragments(begun, clip) : begun;
    if (isComplete(reading.facts) || !begun.facts.hasVideo) return reading;
  }
  const quick = await readPart(analyze, blocks, part);
  if (TRANSPORT_STREAMS.has(quick.format)) return withTimes(quick, clip);
  return quick.fragmented ? withFragments(quick, clip) : quick;
}

async function readEnough(analyze: Analyze, clip: Inspected): Promise<Reading> {
  const { blocks, sizeBytes, assumedBytes, maxBlocks } = clip;
  const size = sizeBytes ?? assumedBytes;
  const beginning = (most: number): Part => ({
    size,
    most,
    numberAt: (position) => position,
    durationFrom: 'container',
  });
  const count = Math.ceil(size / BLOCK_BYTES);

  const quick = await readQuickly(analyze, clip, beginning(QUICK_BLOCKS));
  const { hasVideo, hasOtherTracks } = quick.facts;
  const soundOnly = quick.iso && !hasVideo && hasOtherTracks;
  if (quick.whole || quick.format === '' || soundOnly || isComplete(quick.facts)) return quick;
  if (STAMPED_STREAMS.has(quick.format) && blocks.seekable && count > HEAD_BLOCKS + TAIL_BLOCKS) {
    const joined = await readPart(analyze, blocks, ends(size));
    if (joined.facts.hasVideo) {
      return TRANSPORT_STREAMS.has(joined.format) ? withTimes(joined, clip) : joined;
    }
  }
  // Of the other formats, more tells more only if it is all; MPEG-4 has its description in one place.
  if (count > maxBlocks && !quick.iso) return quick;
  const all = await readPart(analyze, blocks, beginning(maxBlocks));
  return TRANSPORT_STREAMS.has(all.format) ? withTimes(all, clip) : all;
}

export interface Inspected {
  blocks: Blocks;
  /** Length of the file; undefined: not known. */
  sizeBytes: number | undefined;
  /** What to assume then. */
  assumedBytes: number;
  /** Most blocks that may be read in all. */
  maxBlocks: number;
}

/** What can be read without the parser, which failed. */
async function readOurselves({ blocks, sizeBytes }: Inspected): Promise<Inspection | undefined> {
  const head = await blocks.block(0);
  const report = head && aviReport(head, sizeBytes);
  return report && { facts: factsFrom(report, 'container'), whole: true };
}

/**
 * Reads what tells most about the clip.
 * @throws MediaParserError
 */
export async function inspect(analyze: Analyze, clip: Inspected): Promise<Inspection> {
  let reading: Reading;
  try {
    reading = await withEnd(await readEnough(analyze, clip), clip);
  } catch (error) {
    const ours = error instanceof MediaParserError ? await readOurselves(clip) : undefined;
    if (ours === undefined) throw error;
    return ours;
  }
  const { iso, facts, whole } = reading;
  const unindexed = iso && !facts.hasVideo && !facts.hasOtherTracks;
  if (!unindexed || clip.sizeBytes === undefined) return { facts, whole };
  const index = await findIsoIndex(clip.blocks, clip.sizeBytes);
  return { facts: index === 'missing' ? { ...facts, indexMissing: true } : facts, whole };
}
