// The pinned Temporal server: which one it is, and where it is kept once it was had.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, PACKAGE_ROOT } from '../../config/paths.js';

export interface ServerRecipe {
  /** Holds go.mod, go.sum and SHA256SUMS; nothing is written into it. */
  dir: string;
  /** Version of the `temporal` command line tool, such as `1.8.2`. */
  version: string;
  /** Absolute path of the cached binary; it changes with the recipe. It need not exist. */
  cached: string;
  /** SHA-256 of the official archives, in hex, by their names. */
  sums: ReadonlyMap<string, string>;
}

export function serverRecipe(env: NodeJS.ProcessEnv): ServerRecipe {
  const dir = join(PACKAGE_ROOT, 'temporal', 'embedded', 'server');
  const modules = ['go.mod', 'go.sum'].map((name) => readFileSync(join(dir, name), 'utf8'));
  const version = /github\.com\/temporalio\/cli v(\d+\.\d+\.\d+)/.exec(modules[0] ?? '')?.[1];
  if (version === undefined) {
    throw new Error(`${join(dir, 'go.mod')}: does not require github.com/temporalio/cli`);
  }
  const hash = createHash('sha256').update(modules.join('\0')).digest('hex').slice(0, 12);
  const name = `temporal-${version}-${process.platform}-${process.arch}-${hash}`;
  return { dir, version, cached: join(cacheDir(env), name), sums: sumsIn(join(dir, 'SHA256SUMS')) };
}

/** In the form of sha256sum, as Temporal publishes them beside the archives. */
function sumsIn(file: string): Map<string, string> {
  const lines = readFileSync(file, 'utf8').matchAll(/^([0-9a-f]{64}) [ *](\S+)$/gm);
  return new Map([...lines].map(([, sum = '', name = '']) => [name, sum]));
}
