// Makes UTF-8 of UTF-16, which spreadsheet programs write as "Unicode text". A byte order mark tells it.
import { TextDecoder } from 'node:util';
import { UnreadableManifest } from './problems.js';

/**
 * The bytes as they are, unless they begin with a byte order mark of UTF-16.
 * @throws UnreadableManifest for UTF-16 that is broken
 */
export async function* toUtf8(file: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  let decoder: TextDecoder | undefined;
  for await (const bytes of file) {
    let chunk = bytes;
    if (head !== undefined) {
      chunk = Buffer.concat([head, bytes]);
      head = chunk.length < 2 ? chunk : undefined;
      if (head !== undefined) continue;
      decoder = decoderOf(chunk);
    }
    yield decoder === undefined ? chunk : Buffer.from(decode(decoder, chunk));
  }
  if (head !== undefined && head.length > 0) yield head;
  if (decoder !== undefined) yield Buffer.from(decode(decoder));
}

function decoderOf(bytes: Buffer): TextDecoder | undefined {
  const mark = bytes.readUInt16BE();
  if (mark !== 0xfffe && mark !== 0xfeff) return undefined;
  return new TextDecoder(mark === 0xfffe ? 'utf-16le' : 'utf-16be', { fatal: true });
}

/** @param bytes none: those that came before are all */
function decode(decoder: TextDecoder, bytes?: Buffer): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch (error) {
    const fault = 'the file begins as UTF-16 text, but is not';
    throw new UnreadableManifest([{ fault, remedy: 'save it as UTF-8' }], { cause: error });
  }
}
