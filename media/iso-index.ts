// Finds the index (the `moov` box) of an ISO base media file, without which it cannot be played.
import type { Blocks } from './blocks.js';
import { boxReader } from './box-reader.js';
import { BOX_HEADER_BYTES, boxAt } from './iso-boxes.js';

/** Boxes before the index; files of this world have fewer than ten. */
const MAX_BOXES = 64;

/** `unknown`: a part that would tell cannot be had, or these are no boxes. */
export type IsoIndex = 'there' | 'missing' | 'unknown';

/** @param size of the file in bytes, as known for sure */
export async function findIsoIndex(blocks: Blocks, size: number): Promise<IsoIndex> {
  const read = boxReader(blocks, size);
  let start = 0;
  for (let count = 0; count < MAX_BOXES; count += 1) {
    if (start >= size) return 'missing';
    const bytes = await read.bytes(start, BOX_HEADER_BYTES);
    if (bytes === undefined) return 'unknown';
    const box = boxAt(bytes, start);
    const whole = box?.size === undefined || start + box.size <= size;
    if (box?.type === 'moov') return whole ? 'there' : 'missing';
    // A header that is itself cut off, or the last box.
    if (box === undefined) return start + bytes.length >= size ? 'missing' : 'unknown';
    if (box.size === undefined) return 'missing';
    start += box.size;
  }
  return 'unknown';
}
