// Where the installed package and the user's cache are. Nothing here looks beyond those two.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's own folder, from the sources as from `dist`: the nearest one with its package.json. */
export const PACKAGE_ROOT = findPackageRoot(dirname(fileURLToPath(import.meta.url)));

/** Absolute path of a built file, such as `distFile('tomoviee/simulator/main.js')`. */
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

/** Exported for tests. `bench/` is a package too, and has a build of the sources below it. */
export function findPackageRoot(from: string): string {
  for (let dir = from; ; dir = dirname(dir)) {
    if (isOurs(join(dir, 'package.json'))) return dir;
    if (dir === dirname(dir)) {
      throw new Error(
        `${from}: no package.json of reelscore in any folder above it (install reelscore again)`,
      );
    }
  }
}

function isOurs(file: string): boolean {
  if (!existsSync(file)) return false;
  const { name } = JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown };
  return name === 'reelscore';
}
