// Which names a store takes (S1).

/** Letters, digits and a few signs; no leading dot, so no `.`, `..` or hidden file. */
const SEGMENT = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.,+@=() -]*$/u;
const MAX_SEGMENT_BYTES = 240;

export class InvalidKeyError extends Error {
  override readonly name = 'InvalidKeyError';
}

/** Returns the key's segments. Throws `InvalidKeyError` if one of them is not a safe name. */
export function checkKey(key: string): string[] {
  const segments = key.split('/');
  for (const segment of segments) {
    if (!SEGMENT.test(segment) || Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) {
      throw new InvalidKeyError(
        `store key ${JSON.stringify(key)}: ${JSON.stringify(segment)} is no safe name (up to ${MAX_SEGMENT_BYTES} bytes of letters, digits, spaces and _ . , + @ = ( ) -, beginning with a letter, digit or _)`,
      );
    }
  }
  return segments;
}
