import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PACKAGE_ROOT } from '../../config/paths.js';

/**
 * Brings dist/ up to date, for tests that run the product as a process (the supervisor, the command
 * line, the simulator). Files that ask for it at the same time share one build. Call it at the top
 * level of the file (`await built()`): loading a file has no time limit.
 */
export async function built(): Promise<void> {
  await promisify(execFile)(process.execPath, ['scripts/build.mjs', '--unchecked'], {
    cwd: PACKAGE_ROOT,
  });
}
