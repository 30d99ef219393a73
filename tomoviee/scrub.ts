// Removes secrets from texts shown to people.
import { secretFinder } from './disguises.js';

/** Replaces what was removed. */
export const HIDDEN = '[hidden]';

/** Longest vendor text kept; results hold one per clip. */
const MAX_TEXT = 300;
/** How much of a text is examined; an answer may have a megabyte. */
const MAX_READ = 10_000;

/** Delimiters of a URL, however often they are escaped. */
const SLASH = sign('/');
const SCHEME = `https?${sign(':')}${SLASH}${SLASH}`;
const CHAR = String.raw`(?:[^\s"'<>\\]|\\{1,8}(?:/|u00[0-9a-fA-F]{2}))`;
const URLS = new RegExp(`${SCHEME}${CHAR}+`, 'gi');
const QUERY = new RegExp(`(?:${sign('?')}|${sign('#')})${CHAR}*$`);
const USER = new RegExp(`(${SCHEME})(?:(?!${SLASH})${CHAR})*${sign('@')}`, 'gi');
/** A path segment this long and without a dot is a MAC or a token rather than a name. */
const TOKEN_SEGMENT = new RegExp(
  String.raw`(${SLASH})[\w-]{22,}(?=$|${SLASH}|[^\w.%-]|\.(?:\W|$))`,
  'g',
);
/** HMAC-SHA256 as callback URLs have it (tomoviee/callbacks/url.ts), and nothing else here looks so. */
const MAC =
  /(?<=^|[^\w-]|%(?:25){0,4}2[fF]|u002[fF])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{43}(?![\w-])/g;

/**
 * The text with every http(s) URL reduced to what may be shown: signed URLs carry their signature in
 * the query, callback URLs a MAC in the path, some the password before the host. URLs are known however
 * they are escaped, and the MAC also where it stands alone.
 */
export function hideUrlSecrets(text: string): string {
  return text
    .replace(URLS, (url) =>
      url.replace(QUERY, '').replace(USER, '$1').replace(TOKEN_SEGMENT, `$1${HIDDEN}`),
    )
    .replace(MAC, HIDDEN);
}

/** Removes values from texts, in any encoding (see `secretFinder`). */
export function hider(secrets: readonly string[]): (text: string) => string {
  const find = secretFinder(secrets);
  return (text) => {
    let clean = '';
    let at = 0;
    for (const [from, to] of find(text)) {
      clean += text.slice(at, from) + HIDDEN;
      at = to;
    }
    return clean + text.slice(at);
  };
}

const BASIC_AUTH = /\bBasic [A-Za-z0-9+/]{8,}={0,2}/g;
/** The MAC of a callback path (`CALLBACK_ROUTE`), also where it stands without a host. */
const CALLBACK_MAC = /(\/callbacks\/(?:[^\s"'\\/]+\/){4})[^\s"'\\/]+/g;

/**
 * Removes from texts that are kept (log lines, spans) the given secrets, queries and tokens of URLs, Basic
 * authentication and callback MACs.
 */
export function cleaner(secrets: readonly string[]): (text: string) => string {
  // Shorter values are no secrets, and hiding them would garble the texts.
  const hide = hider(secrets.filter((secret) => secret.length >= 4));
  return (text) =>
    hideUrlSecrets(hide(text))
      .replace(CALLBACK_MAC, `$1${HIDDEN}`)
      .replace(BASIC_AUTH, `Basic ${HIDDEN}`);
}

/**
 * A text from outside, made safe for a message: the given secrets and those of URLs hidden, on one line,
 * without control characters, bounded.
 */
export function scrub(text: string, secrets: readonly string[]): string {
  const whole = oneLine(text);
  // A secret that was cut in two would not be recognized.
  const read = whole.length > MAX_READ ? whole.slice(0, MAX_READ).replace(/\S*$/, '') : whole;
  // Some of the vendor's fields are JSON in JSON, where a slash may be escaped.
  const clean = oneLine(hideUrlSecrets(hider(secrets)(read)).replaceAll('\\/', '/'));
  return clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT - 1)}…` : clean;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
}

function sign(plain: string): string {
  const code = plain.charCodeAt(0);
  const hex = code.toString(16);
  const either = hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
  const forms = [
    String.raw`\\{0,8}[${plain}]`,
    String.raw`\\{1,8}u00${either}`,
    `%(?:25){0,4}${either}`,
    `&#(?:${code}|x${either});`,
  ];
  return `(?:${forms.join('|')})`;
}
