// Makes node_modules what package-lock.json says.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ROOT } from './paths.mjs';
import { run, say } from './run.mjs';

/** Runs `npm ci` when something is missing or of another version. Throws with npm's own words. */
export async function installDependencies() {
  if (isInstalled()) return;
  say('Installing dependencies (npm ci)...');
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel', 'error'];
  const { code, output } = await run('npm', args, { quiet: true });
  if (code !== 0) throw new Error(`npm ci failed:\n${output.trim()}`);
}

/**
 * npm leaves a copy of what it installed in node_modules. Optional packages of other platforms are
 * in the lock file alone, so every package that npm did install is compared.
 */
function isInstalled() {
  const wanted = readPackages('package-lock.json');
  const installed = readPackages('node_modules/.package-lock.json');
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = installed[path];
    if (found === undefined) return entry.optional === true || entry.peer === true;
    return isDeepStrictEqual(
      [found.version, found.integrity, existsSync(join(ROOT, path))],
      [entry.version, entry.integrity, true],
    );
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(ROOT, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}
