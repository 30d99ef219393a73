// What a build is made from, as a hash: a build is fresh as long as its hash is the same.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

/** The folders that are compiled, as tsconfig.build.json lists them. */
export const SOURCE_DIRS = JSON.parse(
  readFileSync(join(ROOT, 'tsconfig.build.json'), 'utf8'),
).include.map((pattern) => pattern.replace(/\/.*/, ''));

const SETTINGS = ['package-lock.json', 'tsconfig.base.json', 'tsconfig.build.json'];
const OWN = ['scripts/lib/build.mjs'];

/** Hash of everything that goes into `dist`. */
export function hashOfSources() {
  return hash([...SOURCE_DIRS.flatMap(typescriptIn), ...SETTINGS, ...OWN]);
}

function typescriptIn(dir) {
  return readdirSync(join(ROOT, dir), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(dir, name))
    .sort();
}

function hash(paths) {
  const sum = createHash('sha256');
  for (const path of paths) sum.update(`\0${path}\0`).update(readFileSync(join(ROOT, path)));
  return sum.digest('hex');
}
