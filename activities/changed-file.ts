// A clip that is not the one that was frozen must not get that one's music.
import type { Clip } from '../contract/clip.js';
import type { OwnCode } from '../contract/error-codes.js';
import { versionOf } from '../manifests/local-file.js';
import { formatFault } from '../manifests/problems.js';
import { FileChangedError } from '../store/bucket/upload.js';

export interface Change {
  code: OwnCode;
  message: string;
}

const CHANGED: Change = {
  code: 'clip_changed',
  message: 'the file was changed after the batch was started (start it again)',
};

/** Undefined if the clip is no file, or the one that was frozen as far as is known without reading all of it. */
export async function changeOf({ fileLink, version }: Clip): Promise<Change | undefined> {
  if (version === undefined) return undefined;
  const found = await versionOf(fileLink);
  if ('fault' in found) return { code: 'clip_gone', message: formatFault(found.fault) };
  return found.version === version ? undefined : CHANGED;
}

/**
 * Does what reads a clip's file, unless that is another one, or it turns out to be while it is read.
 * @param read throws FileChangedError then
 */
export async function unlessChanged<T>(
  clip: Clip,
  read: () => Promise<T>,
): Promise<{ done: T } | { change: Change }> {
  const change = await changeOf(clip);
  if (change) return { change };
  try {
    return { done: await read() };
  } catch (error) {
    if (error instanceof FileChangedError) return { change: CHANGED };
    throw error;
  }
}
