import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A Unix socket's path may have 104 bytes on macOS, 108 on Linux, with the closing zero. */
const MAX_SOCKET_PATH = 103;

/** Path of a home's socket: short however long the home's own path is. */
export function socketPathOf(home: string): string {
  const hash = createHash('sha256').update(home).digest('hex').slice(0, 12);
  const name = `reelscore-${userId()}-${hash}`;
  const path = join(tmpdir(), name, 's');
  return Buffer.byteLength(path) <= MAX_SOCKET_PATH ? path : join('/tmp', name, 's');
}

/** Makes the socket's folder; throws when it is someone else's, or open to others. */
export function makeSocketDir(socketPath: string): void {
  const dir = dirname(socketPath);
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  checkSocketDir(socketPath);
}

/**
 * Throws unless the socket's folder is a folder of this user that no other user can enter: in a shared
 * temporary directory anyone could have made it first.
 */
export function checkSocketDir(socketPath: string): void {
  const dir = dirname(socketPath);
  const stat = lstatSync(dir, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isDirectory() || stat.uid !== userId() || (stat.mode & 0o077) !== 0) {
    throw new Error(
      `${dir}: belongs to another user, or others can enter it (remove it, or set TMPDIR to a folder of your own)`,
    );
  }
}

function userId(): number {
  if (process.getuid === undefined) {
    throw new Error(
      'the embedded Temporal server needs Linux or macOS (set TEMPORAL_ADDRESS to use another server)',
    );
  }
  return process.getuid();
}
