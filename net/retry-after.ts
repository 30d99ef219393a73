// The one reader of Retry-After headers.

/**
 * The longest wait that a server alone can cause: a typing error must not stop a
 * night. It also lies far below what a timer of Node holds (2^31 - 1 ms); past that one rings at once.
 */
export const MAX_RETRY_AFTER_MS = 3_600_000;

const SECONDS = /^\d+(\.\d+)?$/;
/** The one date form of RFC 9110 still in use. Date.parse alone reads `5 minutes` as a day in May. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * Milliseconds to wait by a Retry-After header (RFC 9110, 10.2.3), from 0 to an hour.
 *
 * @param header seconds or an HTTP date; anything else gives undefined
 * @param now epoch ms
 */
export function retryAfterMs(
  header: string | readonly string[] | undefined,
  now: number = Date.now(),
): number | undefined {
  const text = (typeof header === 'string' ? header : header?.[0])?.trim();
  if (text === undefined) return undefined;
  const wait = SECONDS.test(text)
    ? Number(text) * 1000
    : HTTP_DATE.test(text)
      ? Date.parse(text) - now
      : NaN;
  if (Number.isNaN(wait)) return undefined;
  return Math.round(Math.min(Math.max(wait, 0), MAX_RETRY_AFTER_MS));
}
