// Files of this machine that a manifest names as clips.
import { hash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { REASONS } from './open-file.js';
import type { Fault } from './problems.js';

/** A smaller file is read as a whole. */
const WHOLE_BYTES = 256 * 1024;
const EDGE_BYTES = 64 * 1024;
/** Samples between the ends. */
const BETWEEN = 8;
const BETWEEN_BYTES = 16 * 1024;
const DIGEST_BYTES = 16;

/** Does not block on a pipe that nobody writes to. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * Tells versions of a file apart without reading a large one as a whole: a digest of its size, both its ends and
 * samples between. A file that was only copied or touched keeps its version; a video that was exported again does
 * not, because its tables of frames and sizes stand at an end.
 * @param link `file:` URL
 */
export async function versionOf(link: string): Promise<{ version: string } | { fault: Fault }> {
  const opened = await openLocal(link);
  if ('fault' in opened) return opened;
  await opened.file.close();
  return { version: opened.version };
}

/** The caller closes `file`. */
export interface OpenedFile {
  file: FileHandle;
  size: number;
  version: string;
}

/** @param link `file:` URL */
export async function openLocal(link: string): Promise<OpenedFile | { fault: Fault }> {
  const path = fileURLToPath(link);
  const refused = (fault: string, remedy: string) => ({
    fault: { fault: `${path}: ${fault}`, remedy },
  });
  let file: FileHandle | undefined;
  try {
    file = await open(path, OPEN_FLAGS);
    const stats = await file.stat();
    if (stats.isFile() && stats.size > 0) {
      return { file, size: stats.size, version: await digestOf(file, stats.size) };
    }
    await file.close();
    return stats.isFile()
      ? refused('the file is empty', 'export it again')
      : refused('this is not a file', 'name a video file');
  } catch (error) {
    await file?.close();
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const [fault, remedy] = REASONS.get(code) ?? ['the file cannot be read', String(code ?? error)];
    return refused(fault, remedy);
  }
}

async function digestOf(file: FileHandle, size: number): Promise<string> {
  const parts = [Buffer.from(`${size}\n`)];
  for (const [start, length] of samplesOf(size)) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
    parts.push(buffer.subarray(0, bytesRead));
  }
  return hash('sha256', Buffer.concat(parts), 'buffer').subarray(0, DIGEST_BYTES).toString('hex');
}

/** Start and length of what is read. */
function samplesOf(size: number): [start: number, length: number][] {
  if (size <= WHOLE_BYTES) return [[0, size]];
  const step = Math.floor((size - 2 * EDGE_BYTES) / BETWEEN);
  const between = Array.from({ length: BETWEEN }, (_, n): [number, number] => [
    EDGE_BYTES + n * step,
    Math.min(step, BETWEEN_BYTES),
  ]);
  return [[0, EDGE_BYTES], ...between, [size - EDGE_BYTES, EDGE_BYTES]];
}
