// How long a fragmented ISO base media file is, how fast its pictures follow one another, and whether
// its last fragment is all there: from its first fragment and its last ones.
import { rateOfSteps, toThousandths, type StepRate } from './frame-steps.js';
import type { Blocks } from './blocks.js';
import type { Box } from './iso-boxes.js';
import { boxReader, type BoxReader } from './box-reader.js';
import { fragmentSpans, hasOwnSamples, trackClocks, type FragmentSpan } from './iso-children.js';

/** Of the end of the file, in search of a fragment. */
const TAIL_BYTES = [32_768, 262_144];
/** Share of the file for a last try: with fewer fragments than this, each can be looked at. */
const TAIL_SHARE = 16;

/** How a `moof` box goes on behind its size: its first box is a short one that numbers it. */
const FRAGMENT = Buffer.from('moof\0\0\0\x10mfhd', 'latin1');

/** Boxes looked at before the first fragment, and in all. */
const MAX_LEAD_BOXES = 64;
const MAX_BOXES = 256;

/** Varies without a rate: on average it may be any. */
export interface Fragments extends Partial<StepRate> {
  durationSeconds?: number;
  /** The last fragment goes on past the end of the file. */
  cutOff: boolean;
}

/** The first box of a type, from a position on. */
async function seek(read: BoxReader, type: string, from: number): Promise<Box | undefined> {
  let at = from;
  for (let count = 0; count < MAX_LEAD_BOXES; count += 1) {
    const box = await read.box(at);
    if (box?.type === type) return box;
    if (box?.size === undefined) return undefined;
    at += box.size;
  }
  return undefined;
}

/** Position of a `moof` box near the end of the file. */
async function lateFragment(read: BoxReader, size: number): Promise<number | undefined> {
  const lengths = new Set([...TAIL_BYTES, Math.ceil(size / TAIL_SHARE)]);
  for (const length of [...lengths].sort((a, b) => a - b)) {
    const start = Math.max(0, size - length);
    const tail = await read.bytes(start, length);
    if (tail === undefined) return undefined;
    const at = tail.indexOf(FRAGMENT);
    if (at >= 4) return start + at - 4;
    if (start === 0) return undefined;
  }
  return undefined;
}

interface Walk {
  spans: FragmentSpan[];
  cutOff: boolean;
  /** All boxes to the end of the file were seen. */
  whole: boolean;
}

/** Looks at the boxes from a position to the end of the file. */
async function walk(
  read: BoxReader,
  from: number,
  size: number,
  spansOf: (box: Box) => Promise<FragmentSpan[]>,
): Promise<Walk> {
  const spans: FragmentSpan[] = [];
  let at = from;
  for (let count = 0; at < size && count < MAX_BOXES; count += 1) {
    const box = await read.box(at);
    if (box === undefined) return { spans, cutOff: size - at < 8, whole: size - at < 8 };
    const { type, size: length } = box;
    if (length === undefined || at + length > size) {
      return { spans, cutOff: length !== undefined, whole: type !== 'moof' };
    }
    if (type === 'moof') spans.push(...(await spansOf(box)));
    at += length;
  }
  return { spans, cutOff: false, whole: at >= size };
}

function rateOf(spans: readonly FragmentSpan[]): StepRate | undefined {
  return rateOfSteps(spans.flatMap(({ video, steps }) => (video ? steps : [])));
}

/**
 * @param size of the file in bytes, as known for sure
 * @returns undefined if the file is not fragmented, or does not tell when its fragments play
 */
export async function readFragments(blocks: Blocks, size: number): Promise<Fragments | undefined> {
  const read = boxReader(blocks, size);
  const moovBox = await seek(read, 'moov', 0);
  const moov = moovBox && (await read.content(moovBox));
  if (moovBox?.size === undefined || moov === undefined) return undefined;
  const clocks = trackClocks(moov);
  const begin = moovBox.start + moovBox.size;
  const firstBox = await seek(read, 'moof', begin);
  if (firstBox === undefined) return undefined;
  const spansOf = async (box: Box): Promise<FragmentSpan[]> => {
    const content = await read.content(box);
    return content === undefined ? [] : fragmentSpans(content, clocks);
  };
  const late = await lateFragment(read, size);
  const from = late === undefined || late < firstBox.start ? firstBox.start : late;
  const end = await walk(read, from, size, spansOf);
  const first = from === firstBox.start ? end.spans : await spansOf(firstBox);

  const own = hasOwnSamples(moov);
  if (!end.whole || end.spans.length === 0 || (first.length === 0 && !own)) {
    return end.cutOff ? { cutOff: true } : undefined;
  }
  const start = own ? 0 : Math.min(...first.map((span) => span.from));
  const durationSeconds = toThousandths(Math.max(...end.spans.map(({ to }) => to)) - start);
  const rest = { cutOff: end.cutOff, ...(durationSeconds > 0 && { durationSeconds }) };
  if (from === firstBox.start) return { ...rest, ...rateOf(end.spans) };
  const rate = rateOf([...first, ...end.spans]);
  if (rate?.variableFrameRate !== true) return { ...rest, ...rate };
  // Where it varies, the fragments between may tell another.
  const all = await walk(read, firstBox.start, size, spansOf);
  return { ...rest, ...(all.whole ? rateOf(all.spans) : { variableFrameRate: true }) };
}
