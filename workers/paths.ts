// Where the installed package and the user's cache are. Nothing here looks beyond those two.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's own folder, from the sources as from `dist`: the nearest one with a package.json. */
export const PACKAGE_ROOT = findPackageRoot(dirname(fileURLToPath(import.meta.url)));

/** Absolute path of a built file, such as `distFile('simulator/main.js')`. */
export function distFile(relative: string): string {
  return join(PACKAGE_ROOT, 'dist', relative);
}

/** `$XDG_CACHE_HOME/reelscore`, else `~/.cache/reelscore`. It need not exist yet. */
export function cacheDir(env: NodeJS.ProcessEnv): string {
  const xdg = env['XDG_CACHE_HOME'];
  // The XDG specification has relative paths ignored.
  const home = env['HOME'] ?? homedir();
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, '.cache');
  return join(base, 'reelscore');
}

function findPackageRoot(from: string): string {
  for (let dir = from; ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'package.json'))) return dir;
    if (dir === dirname(dir)) {
      throw new Error(`${from}: no package.json in any folder above it (install reelscore again)`);
    }
  }
}
