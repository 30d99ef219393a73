// An earlier state of this package, built from the repository's history.
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { PACKAGE_ROOT } from '../../config/paths.js';

/** The last one whose workers had no versions, and made an activity of each submission. */
const COMMIT = '77fc1bb';

/**
 * Builds it in `folder`, with this checkout's dependencies.
 * @returns the path of its command; undefined where the history does not go back so far
 */
export async function oldRelease(folder: string): Promise<string | undefined> {
  const git = { cwd: PACKAGE_ROOT, reject: false } as const;
  if ((await execa('git', ['cat-file', '-e', `${COMMIT}^{commit}`], git)).exitCode !== 0) {
    return undefined;
  }
  await mkdir(folder, { recursive: true });
  const archive = join(folder, 'source.tar');
  await execa('git', ['archive', '-o', archive, COMMIT], { cwd: PACKAGE_ROOT });
  await execa('tar', ['-xf', archive, '-C', folder]);
  await symlink(join(PACKAGE_ROOT, 'node_modules'), join(folder, 'node_modules'));
  const build = pathToFileURL(join(folder, 'scripts', 'lib', 'build.mjs')).href;
  const script = `await (await import(${JSON.stringify(build)})).build()`;
  await execa(process.execPath, ['--input-type=module', '-e', script], { cwd: folder });
  return join(folder, 'dist', 'cli', 'main.js');
}
