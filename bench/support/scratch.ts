import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../config/paths.js';

/** Where benchmarks leave their figures. Not in git. */
export const OUT = join(PACKAGE_ROOT, 'bench', 'out');

/**
 * Runs work with a folder of its own, removed afterwards. It is on the package's disk: a /tmp in
 * memory would make every sync free.
 */
export async function withScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  await mkdir(OUT, { recursive: true });
  const folder = await mkdtemp(join(OUT, 'tmp-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
