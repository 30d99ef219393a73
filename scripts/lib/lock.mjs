import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Its owner makes the folder and writes its pid within a moment. */
const OWNERLESS_MS = 2_000;

/** Runs `work` while no other process on this machine that asks for the same lock does. */
export async function withLock(path, work) {
  const ownerFile = join(path, 'pid');
  for (let ownerless = 0; ;) {
    try {
      mkdirSync(path);
      writeFileSync(ownerFile, String(process.pid));
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = readOwner(ownerFile);
    ownerless = owner === undefined ? ownerless + 100 : 0;
    if (ownerless > OWNERLESS_MS || (owner !== undefined && !isAlive(owner))) {
      rmSync(path, { recursive: true, force: true });
    } else {
      await delay(100);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
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
