// Reads single values of settings: text from the environment or an option, or what YAML made of it.
// Each throws a TypeError that says fault and what to do; the caller adds the place.
import ipaddr from 'ipaddr.js';
import ms from 'ms';
import type { FailureLimit } from '../contract/batch.js';
import { FAILURE_CLASSES, type FailureClass } from '../contract/failure.js';
import { readChat } from '../contract/chat.js';
import { isSecretLink } from '../contract/secret-link.js';
import { readAllowList } from '../net/allow-list.js';
import { OVERRIDABLE_CODE } from '../tomoviee/errors.js';
import { KNOWN_COLUMNS, type ColumnMap } from '../manifests/columns.js';
import { nearestName } from '../manifests/nearest.js';
import {
  folderIn,
  readLocation,
  writeLocation,
  type ObjectLocation,
} from '../store/bucket/location.js';
import { Secret } from './secret.js';

export interface Listen {
  /** IP address or host name, without brackets. */
  host: string;
  /** 0 = any free port. */
  port: number;
}

const DURATION = /^\d+(\.\d+)?\s?(ms|s|m|h|d)$/;

/** `15s`, `10m`, `1.5h` -> milliseconds within bounds. */
export function duration(min: string, max: string): (raw: unknown) => number {
  return (raw) => {
    const text = typeof raw === 'string' ? raw.trim() : raw;
    if (typeof text === 'number' || (typeof text === 'string' && /^\d+(\.\d+)?$/.test(text))) {
      throw new TypeError(`${text} has no unit (write ${text}s, ${text}m or the like)`);
    }
    if (typeof text !== 'string' || !DURATION.test(text)) {
      throw new TypeError(`${show(raw)} is not a duration (write one such as 15s, 10m or 24h)`);
    }
    const value = ms(text as ms.StringValue);
    if (value < ms(min as ms.StringValue) || value > ms(max as ms.StringValue)) {
      throw new TypeError(`${text} is out of bounds (write a duration from ${min} to ${max})`);
    }
    return Math.round(value);
  };
}

export const inMs = (ms: number): string => `${ms}ms`;

/** A number within bounds, both included. */
export function number(
  min: number,
  max: number,
  kind: 'integer' | 'real',
): (raw: unknown) => number {
  return (raw) => {
    const value = typeof raw === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(raw) ? Number(raw) : raw;
    const whole = kind === 'integer' ? 'a whole number' : 'a number';
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new TypeError(`${show(raw)} is not a number (write ${whole} from ${min} to ${max})`);
    }
    if (value < min || value > max || (kind === 'integer' && !Number.isInteger(value))) {
      throw new TypeError(`${value} is out of bounds (write ${whole} from ${min} to ${max})`);
    }
    return value;
  };
}

/** true or false. */
export function yesNo(raw: unknown): boolean {
  if (typeof raw === 'boolean') return raw;
  if (raw === 'true' || raw === 'false') return raw === 'true';
  throw new TypeError(`${show(raw)} is neither true nor false (write one of them)`);
}

/** One of some words. */
export function oneOf<const T extends string>(words: readonly T[]): (raw: unknown) => T {
  return (raw) => {
    const word = words.find((candidate) => candidate === raw);
    if (word !== undefined) return word;
    const near = typeof raw === 'string' ? nearestName(raw, words) : undefined;
    throw new TypeError(
      `${show(raw)} is unknown (${near ? `did you mean ${near}? ` : ''}use one of ${words.join(', ')})`,
    );
  };
}

/** A name of lower-case letters, digits and hyphens: it becomes part of a task queue's name. */
export function accountName(raw: unknown): string {
  if (typeof raw === 'string' && /^[a-z0-9-]{1,40}$/.test(raw)) return raw;
  throw new TypeError(`${show(raw)} cannot be used (write 1-40 of a-z, 0-9 and -)`);
}

/** A name that Temporal takes for a worker deployment. */
export function deploymentName(raw: unknown): string {
  if (typeof raw === 'string' && /^[A-Za-z0-9-]{1,40}$/.test(raw)) return raw;
  throw new TypeError(`${show(raw)} cannot be used (write 1-40 of letters, digits and -)`);
}

/** A build id of Temporal. */
export function buildId(raw: unknown): string {
  if (typeof raw === 'string' && /^[A-Za-z0-9][A-Za-z0-9._+-]{0,79}$/.test(raw)) return raw;
  throw new TypeError(
    `${show(raw)} cannot be used (write 1-80 of letters, digits, ., _, + and -, a letter or digit first)`,
  );
}

/** A path, not empty. */
export function path(raw: unknown): string {
  if (isPath(raw)) return raw;
  throw new TypeError(`${show(raw)} is not a path (write the path of a folder)`);
}

/** A folder: its path, or `s3://bucket/prefix`. */
export function folder(raw: unknown): string {
  if (typeof raw !== 'string' || !/^s3:/i.test(raw.trim())) return path(raw);
  return writeLocation(bucketFolder(raw)).replace(/\/$/, '');
}

/** A name on PATH, or a path. */
export function program(raw: unknown): string {
  if (isPath(raw)) return raw;
  throw new TypeError(`${show(raw)} is not a program (write its name or its path)`);
}

function isPath(raw: unknown): raw is string {
  return typeof raw === 'string' && raw !== '' && !raw.includes('\0');
}

/** `s3://bucket/prefix` as a folder: the key is empty or ends with a slash. */
export function bucketFolder(raw: unknown): ObjectLocation {
  const location = typeof raw === 'string' ? readLocation(raw.trim()) : undefined;
  if (!location) {
    throw new TypeError(
      `${show(raw)} is not a place in a bucket (write one such as s3://bucket/prefix)`,
    );
  }
  return folderIn(location);
}

/** `Video URL=file_link; Brief=prompt`, or a list of such. */
export function columnMap(raw: unknown): ColumnMap {
  const parts = (Array.isArray(raw) ? raw : [raw]).flatMap((one) => String(one).split(';'));
  const pairs = parts.map((part) => {
    const at = part.lastIndexOf('=');
    const name = part.slice(0, Math.max(0, at)).trim().normalize('NFC');
    const column = KNOWN_COLUMNS.find((known) => known === part.slice(at + 1).trim());
    if (name !== '' && column !== undefined) return [name, column] as const;
    throw new TypeError(
      `${show(part)} does not say which column is meant (write NAME=COLUMN; columns are ${KNOWN_COLUMNS.join(', ')})`,
    );
  });
  return Object.fromEntries(pairs);
}

/** What music is wanted. */
export function promptText(raw: unknown): string {
  const text = typeof raw === 'string' ? raw.trim() : '';
  if (text !== '') return text;
  throw new TypeError(`${show(raw)} is not a prompt (say what music is wanted)`);
}

/** Longer than programs let names of sheets be. */
const MAX_SHEET_CHARS = 255;

/** Name or number of a sheet. */
export function sheetName(raw: unknown): string {
  const text = typeof raw === 'number' ? String(raw) : typeof raw === 'string' ? raw.trim() : '';
  if (text !== '' && text.length <= MAX_SHEET_CHARS) return text;
  throw new TypeError(`${show(raw)} is no sheet (write its name, or its number from 1)`);
}

/** An http(s) URL of host and path only, without a slash at the end. It may hold a password: never shown. */
export function baseUrl(raw: unknown): string {
  const url = typeof raw === 'string' && URL.canParse(raw) ? new URL(raw) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new TypeError('it is not an http(s) URL (write https://host or https://host/path)');
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new TypeError('it has more than host and path (remove user, query and fragment)');
  }
  return url.href.replace(/\/+$/, '');
}

/** `host:port` or `[v6]:port`. */
export function listen(raw: unknown): Listen {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+)):(\d{1,5})$/i.exec(
    typeof raw === 'string' ? raw.trim() : '',
  );
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host !== undefined && port <= 65_535 && (!match?.[1] || ipaddr.IPv6.isValid(host))) {
    return { host, port };
  }
  throw new TypeError(`${show(raw)} is not host:port (write one such as 127.0.0.1:8787)`);
}

/** `10` clips or `25%` of those that have ended. */
export function failureLimit(raw: unknown): FailureLimit {
  const match = /^\s*(\d{1,9})\s*(%?)\s*$/.exec(String(raw));
  const value = Number(match?.[1]);
  const percent = match?.[2] === '%';
  if (!match || value < 1 || (percent && value > 100)) {
    throw new TypeError(`${show(raw)} is not a number of clips or a percentage (write 10 or 25%)`);
  }
  return percent ? { percent: value } : { clips: value };
}

export function limitText(limit: FailureLimit): string {
  return 'clips' in limit ? String(limit.clips) : `${limit.percent}%`;
}

/** An amount of money, with its currency if one is given. */
export interface Price {
  amount: number;
  currency?: string;
}

/** `0.05`, `0.05 EUR` or `EUR 0.05`. */
export function price(raw: unknown): Price {
  const match = /^\s*(?:([A-Z]{3})\s+)?(\d{1,9}(?:\.\d{1,6})?)(?:\s+([A-Z]{3}))?\s*$/.exec(
    String(raw),
  );
  const currency = match?.[1] ?? match?.[3];
  const amount = Number(match?.[2]);
  if (!match || (match[1] && match[3]) || !(amount > 0)) {
    throw new TypeError(`${show(raw)} is not a price (write one such as 0.05 or 0.05 EUR)`);
  }
  return { amount, ...(currency !== undefined && { currency }) };
}

export function priceText({ amount, currency = '' }: Price): string {
  return `${amount} ${currency}`.trim();
}

/** An http(s) URL; it may hold a token, so it is never shown. */
export function webhookUrl(raw: unknown): string {
  const url = typeof raw === 'string' && URL.canParse(raw) ? new URL(raw) : undefined;
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password) return url.href;
  throw new TypeError(
    'it is not an http(s) URL without user and password (write https://host/path)',
  );
}

/** Likewise, for a chat with its name before it, or what stands for one; see contract/secret-link.ts. */
export function notifyLink(raw: unknown): string {
  if (typeof raw === 'string' && isSecretLink(raw)) return raw;
  const { chat, url } = readChat(String(raw));
  return chat === undefined ? webhookUrl(url) : `${chat}+${webhookUrl(url)}`;
}

/** A secret as the Standard Webhooks specification has it. */
export function webhookSecret(raw: unknown): Secret {
  const match = typeof raw === 'string' ? /^whsec_([A-Za-z0-9+/]+=*)$/.exec(raw) : null;
  const bytes = match?.[1] === undefined ? 0 : Buffer.from(match[1], 'base64').length;
  if (typeof raw === 'string' && bytes >= 24 && bytes <= 64) return new Secret(raw);
  throw new TypeError('it is not whsec_ and the base64 of 24 to 64 bytes (correct it)');
}

/** A header for one host alone, over https. */
export interface HostHeader {
  /** host, which stands for its port 443, or host:port. */
  host: string;
  name: string;
  value: Secret;
}

/** `files.example Authorization: Bearer abc` */
export function hostHeader(raw: unknown): HostHeader {
  const match = /^(\S+)\s+([A-Za-z0-9!#$%&'*+.^_`|~-]+):\s*([\x20-\x7e]+)$/.exec(String(raw));
  const [, host, name, value] = match ?? [];
  if (host === undefined || name === undefined || value === undefined || !isHost(host)) {
    throw new TypeError('it is not a host and a header (write: files.example Authorization: ...)');
  }
  return { host: host.toLowerCase(), name: name.toLowerCase(), value: new Secret(value) };
}

function isHost(text: string): boolean {
  const url = URL.canParse(`http://${text}`) ? new URL(`http://${text}`) : undefined;
  return url?.pathname === '/' && !url.username && !url.search && !url.hash && !text.includes('/');
}

/** Comma-separated text or a list -> entries as `readAllowList` takes them. */
export function hosts(raw: unknown): string[] {
  const entries = listOf(raw);
  try {
    readAllowList(entries);
  } catch (cause) {
    // The place is named by the caller, which knows where the entry came from.
    const fault = (cause as Error).message.replace(/^REELSCORE_ALLOW_HOSTS: /, '');
    throw new TypeError(fault, { cause });
  }
  return entries.filter((entry) => entry !== '');
}

/** Comma-separated text or a list -> names of parameters; see `linkReader` of outcomes/ledger/. */
export function parameterNames(raw: unknown): string[] {
  const names = listOf(raw).filter((name) => name !== '');
  const wrong = names.find((name) => !/^!?(?:[\w.~-]+\*?|\*)$/.test(name));
  if (wrong === undefined) return names.map((name) => name.toLowerCase());
  throw new TypeError(
    `${show(wrong)} is not a parameter's name (write key, sign* or !token, with commas between)`,
  );
}

/** A map of vendor codes and `http_<status>` to classes. */
export function vendorCodes(raw: unknown): Record<string, FailureClass> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw new TypeError(`${show(raw)} is not a map (write lines such as "680001": rejected)`);
  }
  const readClass = oneOf(FAILURE_CLASSES);
  return Object.fromEntries(
    Object.entries(raw).map(([code, value]: [string, unknown]) => {
      if (!OVERRIDABLE_CODE.test(code)) {
        throw new TypeError(
          `${show(code)} is not a vendor code (write its digits, or http_ and a status)`,
        );
      }
      try {
        return [code, readClass(value)];
      } catch (cause) {
        throw new TypeError(`${code}: ${(cause as Error).message}`, { cause });
      }
    }),
  );
}

/** The vendor's app key: what an HTTP header carries, and no colon, which would end it in Basic authentication. */
export function appKey(raw: unknown): Secret {
  if (typeof raw === 'string' && /^[\x21-\x39\x3b-\x7e]+$/.test(raw)) return new Secret(raw);
  throw new TypeError('it has a space, a colon or a character beyond ASCII (copy it again)');
}

/** The vendor's app secret. */
export function appSecret(raw: unknown): Secret {
  if (typeof raw === 'string' && /^[\x21-\x7e]+$/.test(raw)) return new Secret(raw);
  throw new TypeError('it has a space or a character beyond ASCII (copy it again)');
}

/** A secret of our own. */
export function ownSecret(raw: unknown): Secret {
  if (typeof raw === 'string' && raw.length >= 16) return new Secret(raw);
  throw new TypeError('it is too short (use 16 characters or more, or unset it to have one made)');
}

/** A secret of our own that callers send in a header. */
export function bearerToken(raw: unknown): Secret {
  if (typeof raw === 'string' && /^[\x21-\x7e]{16,}$/.test(raw)) return new Secret(raw);
  throw new TypeError(
    'it is too short, or has a space or a character beyond ASCII (make one: openssl rand -hex 32)',
  );
}

/** Comma-separated text or a list -> origins, as browsers send them. */
export function origins(raw: unknown): string[] {
  return listOf(raw)
    .filter((entry) => entry !== '')
    .map((entry) => {
      const url = URL.canParse(entry) ? new URL(entry) : undefined;
      if (url && /^https?:$/.test(url.protocol) && /^https?:\/\/[^/?#@]+\/?$/i.test(entry)) {
        return url.origin;
      }
      throw new TypeError(
        `${show(entry)} is not an origin (write one such as http://localhost:8233)`,
      );
    });
}

/** Comma-separated text, a list, or a single value of another kind. */
function listOf(raw: unknown): string[] {
  const list: unknown[] = Array.isArray(raw)
    ? raw
    : typeof raw === 'string'
      ? raw.split(',')
      : [raw];
  return list.map((entry) => (typeof entry === 'string' ? entry.trim() : show(entry)));
}

function show(raw: unknown): string {
  const text = JSON.stringify(raw) as string | undefined;
  return text === undefined ? String(raw) : text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
