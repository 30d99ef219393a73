// Reads a manifest's bytes: hashed, as UTF-8 without BOM, lines ending in \n.
import { isAscii as isOnlyAscii, isUtf8 } from 'node:buffer';
import type { Hash } from 'node:crypto';
import { UnreadableManifest } from './problems.js';
import { toUtf8 } from './utf16.js';
import { isWindows1252, windows1252ToUtf8 } from './windows-1252.js';

const LF = 0x0a;
const CR = 0x0d;

/** The encoding of a file, as far as it has been read. */
export interface SourceEncoding {
  /** Line of the first character that is not ASCII. */
  windows1252?: number;
}

/**
 * The text of a file as UTF-8 in chunks that end between characters. The file is in UTF-8, or in UTF-16 with a byte order
 * mark; with `encoding` also in what is unmistakably Windows-1252. Line ends of Windows and of old Macs become \n, so that every reader counts
 * lines alike; `hash` takes the bytes as they are.
 * @throws UnreadableManifest if the bytes are no such text
 */
export async function* readSourceText(
  file: AsyncIterable<Buffer>,
  hash: Hash,
  encoding?: SourceEncoding,
): AsyncGenerator<Buffer> {
  const checked = createChecker(encoding);
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
    const text = checked(chunk.subarray(0, end), line);
    line += countLines(text);
    if (text.length > 0) yield text;
  }
  if (first) rest = withoutBom(rest);
  const text = checked(rest, line);
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

/** Checks one chunk after the other, and gives it with \n line ends. */
function createChecker(
  encoding: SourceEncoding | undefined,
): (bytes: Buffer, line: number) => Buffer {
  let isAscii = true;
  return (bytes, line) => {
    // Latin-1 maps every byte to one character, so string replacement works on bytes.
    const text = bytes.includes(CR)
      ? Buffer.from(bytes.toString('latin1').replace(/\r\n?/g, '\n'), 'latin1')
      : bytes;
    const isText = !text.includes(0);
    if (encoding?.windows1252 === undefined && isText && isUtf8(text)) {
      isAscii &&= isOnlyAscii(text);
      return text;
    }
    if (!encoding || !isAscii || !isText || !isWindows1252(text)) throw notUtf8(text, line);
    encoding.windows1252 ??=
      line +
      countLines(
        text.subarray(
          0,
          text.findIndex((byte) => byte > 0x7f),
        ),
      );
    return windows1252ToUtf8(text);
  };
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
