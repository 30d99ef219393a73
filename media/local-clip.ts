// Opens a clip that lies on this machine.
import { open, type FileHandle } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { BLOCK_BYTES, rangedBlocks } from './blocks.js';
import type { ProbeBounds } from './limits.js';
import type { OpenedClip } from './opened-clip.js';

/** The file cannot be read. */
export class LocalClipError extends Error {
  override readonly name = 'LocalClipError';
  constructor(
    message: string,
    /** There is no such file. */
    readonly missing: boolean,
    options: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * @param link `file:` URL
 * @throws LocalClipError
 */
export async function openLocalClip(
  link: string,
  { maxReadBytes: maxBytes, maxRequests }: ProbeBounds,
): Promise<OpenedClip> {
  const path = fileURLToPath(link);
  const read = async (file: FileHandle, offset: number, length: number): Promise<Uint8Array> => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  };
  try {
    const file = await open(path);
    const { size } = await file.stat();
    const first = await read(file, 0, Math.min(BLOCK_BYTES, size));
    const blocks = rangedBlocks(first, size, (offset, length) => read(file, offset, length), {
      ...{ maxBytes, maxRequests },
    });
    const close = (): void => void file.close();
    return { blocks: { ...blocks, close }, sizeBytes: size, contentType: '' };
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    const missing = code === 'ENOENT' || code === 'ENOTDIR';
    const why = missing ? 'there is no such file' : `the file cannot be read: ${message}`;
    throw new LocalClipError(`${path}: ${why}`, missing, { cause });
  }
}
