// The callback URL routes by itself: it names batch, round, row and attempt, and carries a MAC over
// them, so that only the vendor, which was given it, can use it.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { CallbackTarget } from '../../contract/callback.js';

/** Route pattern of the receiver, below the public base URL. */
export const CALLBACK_ROUTE = '/callbacks/:batch/:round/:row/:attempt/:mac';

const NUMBER = /^(0|[1-9]\d{0,8})$/;

/** The URL to give the vendor for one POST. */
export function callbackUrl(publicUrl: string, target: CallbackTarget, secret: string): string {
  const { batch, round, row, attempt } = target;
  const path = [batch, round, row, attempt].map((part) => encodeURIComponent(part)).join('/');
  return `${publicUrl.replace(/\/+$/, '')}/callbacks/${path}/${macOf(target, secret)}`;
}

/**
 * Reads the parameters of a request for `CALLBACK_ROUTE`, decoded.
 * Returns undefined if they are malformed or the MAC is not theirs.
 */
export function verifyCallback(
  params: Record<string, string | undefined>,
  secret: string,
): CallbackTarget | undefined {
  const { batch = '', round = '', row = '', attempt = '', mac = '' } = params;
  if (!batch || ![round, row, attempt].every((part) => NUMBER.test(part))) return undefined;
  const target = { batch, round: Number(round), row: Number(row), attempt: Number(attempt) };
  const given = Buffer.from(mac);
  const due = Buffer.from(macOf(target, secret));
  return given.length === due.length && timingSafeEqual(given, due) ? target : undefined;
}

function macOf({ batch, round, row, attempt }: CallbackTarget, secret: string): string {
  const message = JSON.stringify([batch, round, row, attempt]);
  return createHmac('sha256', secret).update(message).digest('base64url');
}
