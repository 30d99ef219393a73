// A clip that is not the one that was frozen must not get that one's music.
import type { Clip } from '../contract/clip.js';
import type { OwnCode } from '../contract/error-codes.js';
import { expiryOf } from '../manifests/link-expiry.js';
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

/** Links are signed for a week at most. One that ended before that and is still in use is not held to its word. */
const SIGNED_MS = 7 * 86_400_000;

/** The link has expired while its batch waited. */
export function expiredLink({ fileLink }: Clip): Change | undefined {
  const expiry = expiryOf(fileLink);
  const ago = expiry === undefined ? -1 : Date.now() - expiry;
  if (expiry === undefined || ago < 0 || ago > SIGNED_MS) return undefined;
  const at = new Date(expiry).toISOString();
  const remedy = 'sign it again, and reelscore retry with the manifest';
  return { code: 'clip_expired', message: `the link of the clip expired at ${at} (${remedy})` };
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
