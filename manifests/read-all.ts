// Reads a whole file.
import { UnreadableManifest } from './problems.js';

export interface WholeFile {
  maxBytes: number;
  /** What is limited, for the message. */
  what: string;
  /** What to do with a larger file. */
  remedy: string;
}

/** @throws UnreadableManifest when it is too large */
export async function readAll(
  chunks: AsyncIterable<Buffer>,
  { maxBytes, what, remedy }: WholeFile,
): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > maxBytes) {
      const fault = `${what} may have ${maxBytes / 1024 / 1024} MB at most`;
      throw new UnreadableManifest([{ fault, remedy }]);
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString('utf8');
}
