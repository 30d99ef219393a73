// The URL at which the receiver serves a clip to the vendor for one submission. It names batch, row and attempt, not
// a path, and carries a MAC over them.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { CallbackTarget } from '../../contract/callback.js';

/** Route pattern of the receiver, below the public base URL. */
export const CLIP_ROUTE = '/clips/:token';

/** A submission whose clip may be fetched. */
export interface ServedClip extends CallbackTarget {
  /** When the URL stops working (epoch ms). */
  expiresAt: number;
}

/** The URL to give the vendor. */
export function clipUrl(publicUrl: string, clip: ServedClip, secret: string): string {
  const { batch, round, row, attempt, expiresAt } = clip;
  const said = Buffer.from(JSON.stringify([batch, round, row, attempt, expiresAt]));
  const token = `${said.toString('base64url')}.${macOf(said, secret)}`;
  return `${publicUrl.replace(/\/+$/, '')}/clips/${token}`;
}

/** What a token of `CLIP_ROUTE` stands for; undefined if it is malformed, not ours, or has expired. */
export function verifyClip(token: string, secret: string, now: number): ServedClip | undefined {
  const [said = '', mac = '', ...more] = token.split('.');
  const bytes = Buffer.from(said, 'base64url');
  const given = Buffer.from(mac);
  const due = Buffer.from(macOf(bytes, secret));
  if (more.length > 0 || given.length !== due.length || !timingSafeEqual(given, due)) {
    return undefined;
  }
  // Base64 has several spellings for some bytes; only ours is good.
  if (bytes.toString('base64url') !== said) return undefined;
  // Signed by us, so its form is known.
  const fields = JSON.parse(bytes.toString()) as [string, number, number, number, number];
  const [batch, round, row, attempt, expiresAt] = fields;
  if (now >= expiresAt) return undefined;
  return { batch, round, row, attempt, expiresAt };
}

/** Not to be mistaken for the MAC of a callback URL, which has the same secret. */
function macOf(said: Buffer, secret: string): string {
  return createHmac('sha256', secret).update('clip\n').update(said).digest('base64url');
}
