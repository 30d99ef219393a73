import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Looking again and removing takes a moment; who takes longer has ended. */
const REMOVING_MS = 10_000;

/** Runs `work` while no other process on this machine that asks for the same lock does. */
export async function withLock(path, work) {
  while (!take(path)) {
    if (isDead(path)) removeDead(path);
    else await delay(100);
  }
  try {
    return await work();
  } finally {
    removeWhole(path);
  }
}

/** In one step: whoever takes the lock while its files are removed one by one would lose them, or be in the way. */
function removeWhole(path) {
  const gone = `${path}.gone.${process.pid}`;
  rmSync(gone, { recursive: true, force: true });
  renameSync(path, gone);
  rmSync(gone, { recursive: true, force: true });
}

/** The folder comes into being with its owner's pid in it: a folder that is not empty is never replaced. */
function take(path) {
  const own = `${path}.${process.pid}`;
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'pid'), String(process.pid));
  try {
    renameSync(own, path);
    return true;
  } catch (error) {
    rmSync(own, { recursive: true, force: true });
    if (['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code)) return false;
    throw error;
  }
}

/** One process removes it, and looks again before: another may have taken it meanwhile. */
function removeDead(path) {
  const removing = `${path}.removing`;
  try {
    mkdirSync(removing);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const { mtimeMs = Date.now() } = statSync(removing, { throwIfNoEntry: false }) ?? {};
    if (Date.now() - mtimeMs > REMOVING_MS) rmSync(removing, { recursive: true, force: true });
    return;
  }
  try {
    if (isDead(path)) removeWhole(path);
  } finally {
    rmSync(removing, { recursive: true, force: true });
  }
}

function isDead(path) {
  const owner = readOwner(join(path, 'pid'));
  return owner !== undefined && !isAlive(owner);
}

function readOwner(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
