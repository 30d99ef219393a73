// Runs the built command line as a process.
import { execa, type Options } from 'execa';
import { distFile } from '../../config/paths.js';

const MAIN = distFile('cli/main.js');

/** Nothing of the tests' own environment decides what a command does. */
const CLEARED = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^(REELSCORE|TOMOVIEE|TEMPORAL)_|^(NO_COLOR|FORCE_COLOR)$/.test(name))
    .map((name) => [name, undefined]),
);

/** Starts `reelscore ...args`; resolves with its output whatever its exit code is. */
export function reelscore(args: string[], options?: Pick<Options, 'cwd' | 'env'>) {
  return execa(process.execPath, [MAIN, ...args], {
    reject: false,
    ...options,
    env: { ...CLEARED, ...options?.env },
  });
}
