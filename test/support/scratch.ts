import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { PACKAGE_ROOT } from '../../config/paths.js';

/**
 * A folder inside the repository (git, prettier and eslint pass it over), for files that must find
 * node_modules. Call it at the top level of the file; it is removed after the file's tests.
 */
export function scratchFolder(name: string): string {
  const parent = join(PACKAGE_ROOT, 'test', '.tmp');
  mkdirSync(parent, { recursive: true });
  const dir = mkdtempSync(join(parent, `${name}-`));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
