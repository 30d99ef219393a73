// The header of an AVI file (RIFF; `avih`, `strh` and `strf` as in Microsoft's "AVI RIFF File
// Reference"), for files on which the parser gives up. Pure.
import type { MediaReport } from './report.js';

/** Chunks read: streams after the first video track do not matter. */
const MAX_CHUNKS = 256;

const CHUNK_HEADER_BYTES = 8;
/** As far as a reader needs it; the chunks may be longer. */
const STRH_BYTES = 36;
const STRF_BYTES = 12;

/** Placeholders that streaming writers use while the size is unknown. */
const SIZES_UNKNOWN: ReadonlySet<number> = new Set([0, 0x7fffffff, 0xffffffff]);

interface Chunk {
  /** Its id, or for a list that list's kind. */
  name: string;
  content: Buffer;
}

/** The chunks of the header one after the other; those of its lists are given as if they were beside. */
function* headerChunks(head: Buffer): Generator<Chunk> {
  let at = 12;
  for (let count = 0; count < MAX_CHUNKS && at + CHUNK_HEADER_BYTES <= head.length; count += 1) {
    const id = head.toString('latin1', at, at + 4);
    const size = head.readUInt32LE(at + 4);
    const begin = at + CHUNK_HEADER_BYTES;
    if (id === 'LIST') {
      const kind = head.toString('latin1', begin, begin + 4);
      if (kind === 'movi') return;
      yield { name: kind, content: head.subarray(begin, begin) };
      const open = kind === 'hdrl' || kind === 'strl';
      at = open ? begin + 4 : begin + size + (size % 2);
    } else {
      yield { name: id, content: head.subarray(begin, begin + size) };
      at = begin + size + (size % 2);
    }
  }
}

interface Stream {
  type: string;
  scale: number;
  rate: number;
  length: number;
}

function streamOf(strh: Buffer): Stream {
  const type = strh.toString('latin1', 0, 4);
  const [scale, rate, length] = [20, 24, 32].map((at) => strh.readUInt32LE(at));
  return { type, scale: scale ?? 0, rate: rate ?? 0, length: length ?? 0 };
}

function videoOf({ scale, rate, length }: Stream, strf: Buffer): Partial<MediaReport> {
  const frameRate = rate / scale;
  const seconds = length / frameRate;
  // A height below zero says that the rows lie from top to bottom.
  const [width, height] = [strf.readInt32LE(4), Math.abs(strf.readInt32LE(8))];
  return {
    ...(Number.isFinite(frameRate) && frameRate > 0 && { frameRate }),
    ...(Number.isFinite(seconds) && seconds > 0 && { containerSeconds: seconds }),
    ...(width > 0 && height > 0 && { width, height }),
  };
}

/**
 * The facts in the header.
 *
 * @param bytes the file's beginning
 * @param sizeBytes of the file
 * @returns undefined if this is no AVI file, or its header tells of no video track
 */
export function aviReport(bytes: Uint8Array, sizeBytes?: number): MediaReport | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'AVI ') {
    return undefined;
  }
  let stream: Stream | undefined;
  let video: Partial<MediaReport> | undefined;
  let hasOtherTracks = false;
  for (const { name, content } of headerChunks(head)) {
    if (name === 'strh') {
      stream = content.length < STRH_BYTES ? undefined : streamOf(content);
      if (stream !== undefined && stream.type !== 'vids') hasOtherTracks = true;
    } else if (name === 'strf' && stream?.type === 'vids' && content.length >= STRF_BYTES) {
      video ??= videoOf(stream, content);
    }
  }
  if (video === undefined) return undefined;
  const said = head.readUInt32LE(4);
  const cutOff = sizeBytes !== undefined && !SIZES_UNKNOWN.has(said) && said + 8 > sizeBytes;
  const known = { variableFrameRate: false, hasVideo: true, encrypted: false, hasOtherTracks };
  return { format: 'AVI', ...known, cutOff, ...video };
}
