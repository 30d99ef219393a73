// The boxes of ISO base media files (ISO/IEC 14496-12) and QuickTime movies. Pure.

export interface Box {
  type: string;
  /** Position in the file, in bytes. */
  start: number;
  /** Header and content; undefined: to the end of the file. */
  size: number | undefined;
}

/** Longest header of a box: size, type and a long size. */
export const BOX_HEADER_BYTES = 16;

/** What a file may begin with. Movies of old cameras have no `ftyp`. */
const FIRST_BOXES: ReadonlySet<string> = new Set([
  ...['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'styp', 'moof', 'sidx', 'uuid'],
]);

/** Still pictures and their sequences (HEIF, AVIF, Canon's raw) lie in boxes too, but are no videos. */
const PICTURE_BRANDS: ReadonlySet<string> = new Set([
  ...['avif', 'avis', 'heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs'],
  ...['mif1', 'msf1', 'crx '],
]);

/**
 * Reads the box header at the beginning of `bytes`.
 *
 * @param start its position in the file
 * @returns undefined if this is no header of a box
 */
export function boxAt(bytes: Uint8Array, start: number): Box | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < 8) return undefined;
  const type = view.toString('latin1', 4, 8);
  const short = view.readUInt32BE(0);
  if (short === 0) return { type, start, size: undefined };
  if (short !== 1) return short < 8 ? undefined : { type, start, size: short };
  if (view.length < BOX_HEADER_BYTES) return undefined;
  const long = Number(view.readBigUInt64BE(8));
  return long < BOX_HEADER_BYTES ? undefined : { type, start, size: long };
}

/** What the file says it is, at its beginning; undefined: nothing made of such boxes. */
export type IsoKind = 'movie' | '3gp' | 'pictures' | undefined;

/**
 * Judges by the first box. The brand only tells relatives apart: there are hundreds, and a file of any
 * holds what its boxes say.
 */
export function isoKind(head: Uint8Array): IsoKind {
  const first = boxAt(head, 0);
  if (first === undefined || !FIRST_BOXES.has(first.type)) return undefined;
  if (first.type !== 'ftyp') return 'movie';
  const brand = Buffer.from(head.subarray(8, 12)).toString('latin1');
  if (PICTURE_BRANDS.has(brand)) return 'pictures';
  return /^3g[a-z0-9]{2}$/i.test(brand) ? '3gp' : 'movie';
}
