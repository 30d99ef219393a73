// What a file of EBML elements (RFC 8794) says it is, at its beginning. Pure.

const EBML = Buffer.from([0x1a, 0x45, 0xdf, 0xa3]);
const DOC_TYPE = Buffer.from([0x42, 0x82]);

/** The first element is short: a few numbers beside the type. */
const HEADER_BYTES = 128;

/** Names as the parser's. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['matroska', 'Matroska'],
  ['webm', 'WebM'],
]);

/** @returns undefined if this is no such file, or one of another type */
export function ebmlKind(head: Uint8Array): string | undefined {
  const bytes = Buffer.from(head.subarray(0, HEADER_BYTES));
  if (!bytes.subarray(0, EBML.length).equals(EBML)) return undefined;
  const at = bytes.indexOf(DOC_TYPE);
  if (at < 0) return undefined;
  // Types are shorter than 127 bytes, so that their length is one byte with its first bit set.
  const length = (bytes[at + DOC_TYPE.length] ?? 0) & 0x7f;
  const begin = at + DOC_TYPE.length + 1;
  return KINDS.get(bytes.toString('latin1', begin, begin + length).replace(/\0+$/, ''));
}
