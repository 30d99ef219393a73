// Writes a file that people named.
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Writes a stream to a file, replacing what was there only when all of it has come.
 * @throws Error that names the file, if it cannot be written or the stream fails
 */
export async function writeWhole(file: string, content: Readable): Promise<void> {
  const part = join(dirname(file), `.${basename(file)}.${randomBytes(4).toString('hex')}.part`);
  try {
    await pipeline(content, createWriteStream(part, { flags: 'wx', flush: true }));
    await rename(part, file);
  } catch (cause) {
    await rm(part, { force: true });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${file} cannot be written: ${reason} (choose another place)`, { cause });
  }
}
