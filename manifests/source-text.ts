// Reads a manifest's bytes: hashed, as UTF-8 without BOM, lines ending in \n.
import { isUtf8 } from 'node:buffer';
import type { Hash } from 'node:crypto';
import { UnreadableManifest } from './problems.js';
import { toUtf8 } from './utf16.js';

const LF = 0x0a;
const CR = 0x0d;

/**
 * The text of a file in UTF-8, or in UTF-16 that its BOM tells, as UTF-8 in chunks that end between characters. Line ends of Windows and of
 * old Macs become \n, so that every reader counts lines alike; `hash` takes the bytes as they are.
 * @throws UnreadableManifest if the bytes are not UTF-8 text.
 */
export async function* readSourceText(
  file: AsyncIterable<Buffer>,
  hash: Hash,
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  let first = true;
  for await (const bytes of toUtf8(hashed(file, hash))) {
    let chunk = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
    if (first) {
      if (chunk.length < 3) {
        rest = chunk;
        continue;
      }
      chunk = withoutBom(chunk);
      first = false;
    }
    const end = wholeCharacters(chunk);
    rest = chunk.subarray(end);
    const text = checkedText(chunk.subarray(0, end), line);
    line += countLines(text);
    if (text.length > 0) yield text;
  }
  if (first) rest = withoutBom(rest);
  const text = checkedText(rest, line);
  if (text.length > 0) yield text;
}

async function* hashed(file: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const bytes of file) {
    hash.update(bytes);
    yield bytes;
  }
}

function withoutBom(bytes: Buffer): Buffer {
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return bom ? bytes.subarray(3) : bytes;
}

/** Length of a chunk without an incomplete character or \r\n at its end. */
function wholeCharacters(bytes: Buffer): number {
  if (bytes[bytes.length - 1] === CR) return bytes.length - 1;
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function checkedText(bytes: Buffer, line: number): Buffer {
  // Latin-1 maps every byte to one character, so string replacement works on bytes.
  const text = bytes.includes(CR)
    ? Buffer.from(bytes.toString('latin1').replace(/\r\n?/g, '\n'), 'latin1')
    : bytes;
  if (!isUtf8(text) || text.includes(0)) throw notUtf8(text, line);
  return text;
}

function notUtf8(text: Buffer, firstLine: number): UnreadableManifest {
  let line = firstLine;
  for (let from = 0; from < text.length; line += 1) {
    const end = text.indexOf(LF, from);
    const row = text.subarray(from, end < 0 ? text.length : end);
    if (!isUtf8(row) || row.includes(0)) break;
    from += row.length + 1;
  }
  return new UnreadableManifest([
    {
      line,
      fault: 'the file is not UTF-8 text',
      remedy: 'save it as UTF-8; in a spreadsheet program, as "CSV UTF-8"',
    },
  ]);
}

function countLines(text: Buffer): number {
  let count = 0;
  for (let at = text.indexOf(LF); at >= 0; at = text.indexOf(LF, at + 1)) count += 1;
  return count;
}
