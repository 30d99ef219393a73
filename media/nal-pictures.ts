// Counts the pictures in a stream of H.264 (ISO/IEC 14496-10) or HEVC (ISO/IEC 23008-2). Pure.

const START = Buffer.from([0, 0, 1]);

/** Units looked at: far more than any real part of a stream has. */
const MAX_UNITS = 20_000;

const AVC_DELIMITER = 9;
const AVC_SLICES: ReadonlySet<number> = new Set([1, 5]);
const HEVC_PARAMETERS = 32;
const HEVC_DELIMITER = 35;
const HEVC_LAST_SLICE = 21;

/** The first slice of a picture has a number of one bit, which is set. */
const first = (byte: number): boolean => (byte & 0x80) !== 0;

/**
 * How many pictures begin in some bytes of a stream.
 * @returns 0 if these are of neither kind
 */
export function countPictures(bytes: Buffer): number {
  const avc = { delimiters: 0, slices: 0 };
  const hevc = { delimiters: 0, slices: 0 };
  let isHevc = false;
  let at = bytes.indexOf(START);
  for (let units = 0; at >= 0 && units < MAX_UNITS; units += 1) {
    const [head = 0, second = 0, third = 0] = bytes.subarray(at + 3, at + 6);
    const kind = head & 0x1f;
    if (kind === AVC_DELIMITER) avc.delimiters += 1;
    else if (AVC_SLICES.has(kind) && first(second)) avc.slices += 1;
    // Of the units of HEVC, those of the lowest layer.
    const wide = (head & 0x81) === 0 && (second & 0xf8) === 0 ? head >> 1 : undefined;
    if (wide === HEVC_PARAMETERS) isHevc = true;
    if (wide === HEVC_DELIMITER) hevc.delimiters += 1;
    else if (wide !== undefined && wide <= HEVC_LAST_SLICE && first(third)) hevc.slices += 1;
    at = bytes.indexOf(START, at + 3);
  }
  const { delimiters, slices } = isHevc ? hevc : avc;
  return delimiters > 0 ? delimiters : slices;
}
