// A child writes its log by itself, so it needs no living supervisor. The size is watched from here.
import { closeSync, copyFileSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

/** At most this much in the log, and as much again in the one before it (`.1`). */
const LOG_LIMIT_BYTES = 4 * 1024 * 1024;

/** Lines of a log worth showing when a service does not start. */
const TAIL_LINES = 5;

export function serviceLogPath(home: string, service: string): string {
  return join(home, `${service}.log`);
}

/** Runs `use` with a file descriptor that appends to the log. */
export function withLog<T>(path: string, use: (fd: number) => T): T {
  limitLog(path);
  const fd = openSync(path, 'a', 0o600);
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

/** Starts the log anew when it is too long. Its writer appends, so it goes on at the new end. */
export function limitLog(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= LOG_LIMIT_BYTES) return;
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
}

/** The last lines of a log, for an error message. */
export function logTail(path: string): string {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  } catch {
    return '';
  }
}
