// A lock file that names its holder, and that a dead holder does not keep.
//
// F1. The file appears whole: it is written aside and linked into place.
// F2. Only the process that made the breaker directory named after a lock's text may remove that
//     lock, and it looks again first: a lock taken in the meantime has another text.
import { createHash, randomUUID } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { z } from 'zod';
import { identifyProcess, isRunning, processIdentitySchema } from './process-identity.js';

const lockSchema = z.object({
  /** Makes every lock's text another one. */
  token: z.uuid(),
  holder: processIdentitySchema,
  /** What the holder wants others to know. */
  note: z.string(),
});

export interface FileLock {
  /** Gives the lock up. */
  release(): void;
}

/** Breaking takes microseconds; a breaker directory this old was left by a process killed meanwhile. */
const BREAKER_STALE_MS = 10_000;

/** Takes the lock, or returns undefined when a living process holds it. */
export function tryLock(path: string, note: string): FileLock | undefined {
  const holder = identifyProcess(process.pid);
  if (holder === undefined) throw new Error('cannot find this process in the process table');
  const own = JSON.stringify({ token: randomUUID(), holder, note });
  for (;;) {
    if (linkNew(path, own)) return { release: () => removeIf(path, own) };
    const found = readText(path);
    if (found === undefined) continue; // given up in the meantime
    if (liveNote(found) !== undefined) return undefined;
    if (!breakLock(path, found)) return undefined;
  }
}

/** The note of the living process that holds the lock; undefined when none does. */
export function readLock(path: string): string | undefined {
  const text = readText(path);
  return text === undefined ? undefined : liveNote(text);
}

function liveNote(text: string): string | undefined {
  let parsed;
  try {
    parsed = lockSchema.safeParse(JSON.parse(text));
  } catch {
    return undefined; // by F1 no living process wrote half a file: the machine lost power
  }
  return parsed.success && isRunning(parsed.data.holder) ? parsed.data.note : undefined;
}

function linkNew(path: string, content: string): boolean {
  const aside = `${path}.${randomUUID()}`;
  writeFileSync(aside, content, { mode: 0o600 });
  try {
    linkSync(aside, path); // F1
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    unlinkSync(aside);
  }
}

/** Removes the lock of a dead holder; false when another process is at it. */
function breakLock(path: string, text: string): boolean {
  const breaker = `${path}.break-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
  try {
    mkdirSync(breaker);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const made = statSync(breaker, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - made > BREAKER_STALE_MS) rmSync(breaker, { recursive: true, force: true });
    return false;
  }
  try {
    removeIf(path, text); // F2
    return true;
  } finally {
    rmdirSync(breaker);
  }
}

function removeIf(path: string, text: string): void {
  if (readText(path) === text) unlinkSync(path);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
