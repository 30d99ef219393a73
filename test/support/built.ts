import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PACKAGE_ROOT } from '../../config/paths.js';

const BUILD = pathToFileURL(join(PACKAGE_ROOT, 'scripts', 'lib', 'build.mjs')).href;

/**
 * Brings dist/ up to date, for tests that run the product as a process (the supervisor, the command
 * line, the simulator). Files that ask for it at the same time share one build. Call it at the top
 * level of the file (`await built()`): loading a file has no time limit.
 */
export async function built(): Promise<void> {
  const { build } = (await import(BUILD)) as { build: () => Promise<void> };
  await build();
}
