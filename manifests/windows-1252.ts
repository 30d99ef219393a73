// Text in Windows-1252, which older spreadsheet programs of western Europe and America save. Pure.

/** Where it differs from Latin-1, of usual signs. */
const HIGH = new Map<number, string>([
  ...pairs(0x80, '€'),
  ...pairs(0x85, '…'),
  ...pairs(0x8c, 'Œ'),
  ...pairs(0x91, '‘’“”•–—'),
  ...pairs(0x99, '™'),
  ...pairs(0x9c, 'œ'),
]);

/**
 * Letters and signs of western languages. Other encodings have other letters at other bytes. Not Â and Ã: they are the
 * first halves of UTF-8's.
 */
const USUAL = new Set<number>([
  ...bytes('ÄÖÜäöüßÀÇÈÉÊËÎÏÔÙÛàâçèéêëîïôùûÁÍÑÓÚáíñóúÅÆØåæøÕãõÌÒìò¿¡«»°·´§®©£'),
  ...HIGH.keys(),
]);

/** In words of these languages no more follow one another; of Cyrillic, Greek or Japanese all letters would. */
const MAX_RUN = 2;

/**
 * Whether bytes that are not UTF-8 are text in Windows-1252 and nothing else.
 * @param text cut between lines, or anywhere in a longer one
 */
export function isWindows1252(text: Uint8Array): boolean {
  let run = 0;
  for (const [at, byte] of text.entries()) {
    run = byte < 0x80 ? 0 : run + 1;
    if (run > MAX_RUN || (byte >= 0x80 && !USUAL.has(byte))) return false;
    // In other encodings these are letters.
    if ((byte === 0x91 || byte === 0x93) && isLetter(text[at - 1])) return false;
    if (byte === 0x94 && isLetter(text[at + 1])) return false;
  }
  return true;
}

/** @param text for which `isWindows1252` holds */
export function windows1252ToUtf8(text: Uint8Array): Buffer {
  const latin1 = Buffer.from(text).toString('latin1');
  const HIGH_SIGN = /[\x80-\x9f]/g; // Node's own decoder (20.20) leaves these as they are
  return Buffer.from(latin1.replace(HIGH_SIGN, (sign) => HIGH.get(sign.charCodeAt(0)) ?? sign));
}

function isLetter(byte = 0): boolean {
  return byte >= 0xc0 || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

function pairs(from: number, signs: string): [number, string][] {
  return Array.from(signs, (sign, n) => [from + n, sign]);
}

/** From U+00A0 on both have the same numbers. */
function bytes(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}
