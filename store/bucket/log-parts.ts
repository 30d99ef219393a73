// The parts of an object that is appended to: objects below its key, each named by where it begins. Pure.
import type { StoredObject } from './buckets.js';

/** Digits of a name. */
const DIGITS = 15;
const NAME = new RegExp(`^\\d{${DIGITS}}$`);

export interface LogPart {
  /** Of the object in the bucket. */
  key: string;
  /** Bytes of the log before it. */
  start: number;
  size: number;
}

export function partKey(log: string, start: number): string {
  return `${log}/${String(start).padStart(DIGITS, '0')}`;
}

/** The part that an object is; undefined if it is none. @param log key of the log in the bucket */
export function partOf(log: string, { key, size }: StoredObject): LogPart | undefined {
  const name = key.slice(log.length + 1);
  return NAME.test(name) ? { key, start: Number(name), size } : undefined;
}

/** Whether a name below a folder is that of a part of a log; then that of the log. */
export function logOf(name: string): string | undefined {
  const at = name.indexOf('/');
  return at > 0 && NAME.test(name.slice(at + 1)) ? name.slice(0, at) : undefined;
}

/** What the parts of a log are together. */
export interface LogCover {
  /** Those that are to be read, in order. What others have in them as well is left out. */
  parts: LogPart[];
  /** Bytes up to the end, or up to the first gap. */
  end: number;
  /** There are parts beyond a place of which there is none. */
  gap: boolean;
}

/** @param parts in the order in which they begin */
export function coverOf(parts: readonly LogPart[]): LogCover {
  const cover: LogCover = { parts: [], end: 0, gap: false };
  for (const part of parts) {
    const end = part.start + part.size;
    if (end <= cover.end) continue; // merged into an earlier one
    if (part.start > cover.end) return { ...cover, gap: true };
    cover.parts.push(part);
    cover.end = end;
  }
  return cover;
}
