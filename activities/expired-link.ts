// Signed links that expire while their batch waits.
import type { Clip } from '../contract/clip.js';
import { expiryOf } from '../manifests/link-expiry.js';
import type { Change } from './changed-file.js';

/** Links are signed for a week at most. One that ended before that and is still in use is not held to its word. */
const SIGNED_MS = 7 * 86_400_000;

/** That the clip's link has expired, and when, in words; undefined if it has not. */
export function expiryNote(clip: Clip): string | undefined {
  const at = expiredAt(clip);
  return at === undefined ? undefined : noteOf(at);
}

/** Why a clip is not submitted whose link has expired meanwhile. */
export function expiredLink(clip: Clip): Change | undefined {
  const at = expiredAt(clip);
  if (at === undefined || Date.now() - at > SIGNED_MS) return undefined;
  const remedy = 'sign it again, and reelscore retry with the manifest';
  return { code: 'clip_expired', message: `${noteOf(at)} (${remedy})` };
}

/** Epoch ms. */
function expiredAt({ fileLink }: Clip): number | undefined {
  const expiry = expiryOf(fileLink);
  return expiry !== undefined && expiry <= Date.now() ? expiry : undefined;
}

function noteOf(at: number): string {
  return `the link of the clip expired at ${new Date(at).toISOString()}`;
}
