// Checks that folders are writable and have free space.
import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, rmdir, statfs, unlink } from 'node:fs/promises';
import path from 'node:path';
import type { ResolvedConfig } from '../../config/config.js';
import { storesOf } from '../../intake/network.js';
import { tryStore } from '../../store/bucket/store-check.js';
import { isInBucket } from '../../store/places.js';
import { ok, problem, problemOf, warning, type DoctorFinding } from './finding.js';

const GIB = 1024 ** 3;
/** Enough for some hundred soundtracks and the embedded server's database. */
const LEAST_FREE = GIB;

/** A folder, or a place in a bucket. */
export async function placeFinding(
  config: ResolvedConfig,
  check: string,
  place: string,
): Promise<DoctorFinding> {
  if (!isInBucket(place)) return await folderFinding(check, place);
  try {
    await tryStore(storesOf(config), place);
    return ok(check, `${place} can be written, and only one of several creates an object`);
  } catch (error) {
    const { found, advice } = problemOf(check, error);
    return problem(
      check,
      `${place} cannot be used: ${found}`,
      advice ?? 'check the bucket, its region and the credentials (docs/buckets.md)',
    );
  }
}

/**
 * Writes to a folder as a store does, and leaves nothing behind, not even the folder where it was not
 * there before.
 */
export async function folderFinding(check: string, folder: string): Promise<DoctorFinding> {
  try {
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    let free: number;
    try {
      await writeProbe(folder);
      const { bavail, bsize } = await statfs(folder);
      free = bavail * bsize;
    } finally {
      if (made !== undefined) await removeEmpty(folder, made);
    }
    return roomOf(check, folder, free);
  } catch (error) {
    return problem(
      check,
      `${folder} cannot be written: ${(error as Error).message}`,
      'choose a folder that can be, or correct its permissions',
    );
  }
}

/** @param free in bytes */
export function roomOf(check: string, folder: string, free: number): DoctorFinding {
  const found = `${folder} is writable, ${(free / GIB).toFixed(1)} GiB free`;
  if (free >= LEAST_FREE) return ok(check, found);
  return warning(check, found, 'make room, or choose a folder on another disk');
}

/** S2 of the store: written, synced, renamed, and the folder synced. */
async function writeProbe(folder: string): Promise<void> {
  const name = path.join(folder, `.doctor-${randomBytes(6).toString('hex')}`);
  const renamed = `${name}.renamed`;
  try {
    const file = await open(name, 'wx');
    try {
      await file.writeFile('reelscore doctor\n');
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(name, renamed);
    const entries = await open(folder, 'r');
    try {
      await entries.sync();
    } finally {
      await entries.close();
    }
    await unlink(renamed);
  } catch (error) {
    await rm(name, { force: true });
    await rm(renamed, { force: true });
    throw error;
  }
}

/** Removes a folder, and those above it up to `first`; what others have put into them stays. */
async function removeEmpty(folder: string, first: string): Promise<void> {
  for (let at = folder; at.length >= first.length; at = path.dirname(at)) {
    try {
      await rmdir(at);
    } catch {
      return;
    }
  }
}
