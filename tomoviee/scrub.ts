// Keeps secrets out of texts that people will read.

/** What stands where something was taken out. */
export const HIDDEN = '[hidden]';

/** Longest vendor text kept; results hold one a clip. */
const MAX_TEXT = 300;

const URLS = /\bhttps?:\/\/[^\s"'<>\\]+/gi;
/** A path segment this long and without a dot is a MAC or a token rather than a name. */
const TOKEN_SEGMENT = /\/[\w-]{22,}(?=\/|$)/g;

/**
 * The text with every http(s) URL reduced to what may be shown: signed URLs carry their signature in
 * the query, callback URLs a MAC in the path, some the password before the host.
 */
export function hideUrlSecrets(text: string): string {
  return text.replace(URLS, (url) =>
    url
      .replace(/[?#].*$/, '')
      .replace(/^(https?:\/\/)[^/]*@/i, '$1')
      .replace(TOKEN_SEGMENT, `/${HIDDEN}`),
  );
}

/**
 * A text from outside, fit for a message: the given secrets and those of URLs hidden, on one line,
 * without control characters, bounded.
 */
export function scrub(text: string, secrets: readonly string[]): string {
  // Longest first: one secret may be part of another.
  const known = secrets.filter((secret) => secret !== '').sort((a, b) => b.length - a.length);
  let clean = text;
  for (const secret of known) clean = clean.replaceAll(secret, HIDDEN);
  // Some of the vendor's fields are JSON in JSON, where a slash may be escaped.
  clean = hideUrlSecrets(clean.replaceAll('\\/', '/'))
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT - 1)}…` : clean;
}
