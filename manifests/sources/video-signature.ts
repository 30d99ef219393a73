// Whether a file is likely a video, by its first bytes. Probing tells more; this sorts out a folder's other files.

/** Bytes that `isLikelyVideo` looks at. */
export const SIGNATURE_BYTES = 600;

const ISO_BOXES = new Set(['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'styp', 'moof']);
/** Brands of ISO files that hold sound or pictures only. */
const NO_VIDEO = /^(M4A |M4B |M4P |heic|heix|heim|heis|mif1|avif|crx |jp2 |jpx )/;

const STARTS: readonly string[] = [
  '1a45dfa3', // Matroska, WebM
  '3026b2758e66cf11', // WMV, ASF
  '464c5601', // FLV
  '000001ba', // MPEG program stream
  '000001b3', // MPEG video
  '4f676753', // Ogg
  '060e2b34', // MXF
  '2e524d46', // RealMedia
];

/** Sync bytes of MPEG transport streams, whose packets have 188 bytes, or 192 with a time stamp before each. */
const TS_SYNC = 0x47;
const TS_PACKETS = [
  [0, 188],
  [4, 192],
] as const;

/** @param head the first `SIGNATURE_BYTES` of a file, or all of a shorter one */
export function isLikelyVideo(head: Buffer): boolean {
  const text = (start: number, end: number): string => head.toString('latin1', start, end);
  if (ISO_BOXES.has(text(4, 8))) return text(4, 8) !== 'ftyp' || !NO_VIDEO.test(text(8, 12));
  if (text(0, 4) === 'RIFF') return text(8, 12) === 'AVI ';
  const start = head.toString('hex', 0, 8);
  if (STARTS.some((signature) => start.startsWith(signature))) return true;
  return TS_PACKETS.some(([offset, length]) =>
    [0, 1, 2].every((n) => head[offset + n * length] === TS_SYNC),
  );
}
