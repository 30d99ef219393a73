// Whether FLV files and MPEG program streams are complete. They do not state their length, but their
// parts do. Pure.

const FLV_TAG_HEADER_BYTES = 11;
/** Behind each tag: its size. */
const FLV_SIZE_BYTES = 4;

/** Codes of program streams (ISO/IEC 13818-1): what follows 00 00 01. */
const PACK = 0xba;
const PROGRAM_END = 0xb9;
const FIRST_PACKET = 0xbb;
const PACKET_HEADER_BYTES = 6;
const START = Buffer.from([0, 0, 1]);
const PACK_START = Buffer.from([...START, PACK]);

/** @param tail the file's last bytes; with all of the last tag, or it is not judged */
export function isFlvCut(tail: Buffer): boolean {
  const end = tail.length - FLV_SIZE_BYTES;
  if (end < FLV_TAG_HEADER_BYTES) return false;
  const size = tail.readUInt32BE(end);
  const start = end - size;
  // Tags have at most 16 MB.
  if (start < 0) return size >= 2 ** 24;
  return (
    size < FLV_TAG_HEADER_BYTES || tail.readUIntBE(start + 1, 3) + FLV_TAG_HEADER_BYTES !== size
  );
}

/** Bytes of the part that begins here; undefined if this begins none, or not all of its header is here. */
function partBytes(part: Buffer): number | undefined {
  const code = part[3] ?? 0;
  if (!part.subarray(0, 3).equals(START)) return undefined;
  if (code === PROGRAM_END) return 4;
  if (code === PACK) {
    const mpeg2 = ((part[4] ?? 0) & 0xc0) === 0x40;
    return mpeg2 ? 14 + ((part[13] ?? 0) & 7) : 12;
  }
  if (code < FIRST_PACKET || part.length < PACKET_HEADER_BYTES) return undefined;
  return PACKET_HEADER_BYTES + part.readUInt16BE(4);
}

/** @param tail the file's last bytes; judged if all from its first pack on are parts in a row */
export function isProgramCut(tail: Buffer): boolean {
  let at = tail.indexOf(PACK_START);
  while (at >= 0 && at < tail.length) {
    const bytes = partBytes(tail.subarray(at, at + 14));
    if (bytes === undefined) return tail.length - at < PACKET_HEADER_BYTES && tail[at] === 0;
    at += bytes;
  }
  return at > tail.length;
}
