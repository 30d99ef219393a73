// A Python with Temporal's SDK in it, as a user's program has it: a virtual environment of its own, made
// once and kept below node_modules/.cache.
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { PACKAGE_ROOT } from '../../config/paths.js';

export const PYTHON_SDK = 'temporalio==1.35.0';

/**
 * The SDK is installed from PyPI if that was not done before.
 * @returns path of the interpreter, or why there is none: this machine has no Python that the SDK runs on
 * @throws if the SDK cannot be installed
 */
export async function findPython(): Promise<{ path?: string; missing?: string }> {
  const found = await execa('python3', ['-c', CHECK], { reject: false });
  if (found.exitCode !== 0) {
    const missing = 'no python3 of 3.10 or later with venv on PATH (on Debian: python3-venv)';
    return { missing };
  }
  const folder = join(PACKAGE_ROOT, 'node_modules/.cache/reelscore', `python-${found.stdout}`);
  if (!existsSync(folder)) await install(folder);
  return { path: join(folder, 'bin/python') };
}

/** Runs a script of the examples, or of the tests that import them; resolves however it ends. */
export function runPython(path: string, args: string[], { env, cwd }: RunOptions) {
  const examples = join(PACKAGE_ROOT, 'examples');
  return execa(path, args, {
    ...{ cwd, extendEnv: false, reject: false },
    // Nothing is left beside the examples.
    env: { ...env, PYTHONPATH: examples, PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' },
  });
}

interface RunOptions {
  env: NodeJS.ProcessEnv;
  cwd: string;
}

/** Prints what the environment is called after: one of another Python, or SDK, is another. */
const CHECK = `
import ensurepip, sys, venv
assert sys.version_info >= (3, 10)
print("%d.%d-${PYTHON_SDK}" % sys.version_info[:2])
`;

/** A run that is cut off leaves nothing that looks installed. */
async function install(folder: string): Promise<void> {
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  try {
    await execa('python3', ['-m', 'venv', unfinished]);
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
    const python = join(unfinished, 'bin/python');
    await execa(python, ['-m', 'pip', 'install', ...quiet, PYTHON_SDK]);
    await rename(unfinished, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
