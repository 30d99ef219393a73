// Owns dist/: the compiled sources and the workflow bundle made from them.
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { withLock } from './lock.mjs';
import { ROOT, SCRATCH, tool } from './paths.mjs';
import { run, say } from './run.mjs';
import { hashOfSources, SOURCE_DIRS } from './sources.mjs';

const DIST = join(ROOT, 'dist');
const STAMP = '.build.json';
const BUNDLE = 'workflow-bundle.js';
const ENTRY = join('workflows', 'index.js');

/**
 * Brings dist/ up to date; does nothing when it is. Another process that builds is waited for, and a
 * process that runs from dist/ never sees half a build.
 *
 * @param checkTypes also fail on type errors and write declarations; without it the same code is
 * emitted, several times faster
 */
export async function build({ checkTypes = false } = {}) {
  if (isFresh(checkTypes)) return;
  await mkdir(SCRATCH, { recursive: true });
  await withLock(join(SCRATCH, 'build.lock'), async () => {
    if (isFresh(checkTypes)) return;
    say('Building...');
    const next = join(SCRATCH, `dist-${process.pid}`);
    await rm(next, { recursive: true, force: true });
    try {
      const sources = hashOfSources();
      await compile(next, checkTypes);
      await bundleWorkflows(next);
      await makeExecutable(next);
      const stamp = { sources, checked: checkTypes };
      await writeFile(join(next, STAMP), JSON.stringify(stamp));
      await replaceDist(next);
    } finally {
      await rm(next, { recursive: true, force: true });
    }
  });
}

function isFresh(checkTypes) {
  const stamp = readStamp();
  return stamp?.sources === hashOfSources() && (stamp.checked || !checkTypes);
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(join(DIST, STAMP), 'utf8'));
  } catch {
    return undefined;
  }
}

async function compile(outDir, checkTypes) {
  const args = ['-p', 'tsconfig.build.json', '--outDir', outDir];
  if (!checkTypes) args.push('--noCheck', '--noResolve', '--declaration', 'false');
  const tsc = tool('typescript/bin/tsc');
  const { code, output } = await run(process.execPath, [tsc, ...args], { quiet: true });
  if (code !== 0) throw new Error(`tsc failed:\n${output.trim()}`);
}

/** Ahead of time, so that starting a worker does not take a second more. */
async function bundleWorkflows(outDir) {
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(outDir, ENTRY),
    logger: new DefaultLogger('WARN'),
    webpackConfigHook: (config) => {
      config.output.devtoolModuleFilenameTemplate = ({ absoluteResourcePath }) =>
        sourceName(absoluteResourcePath, outDir);
      return config;
    },
  });
  await writeFile(join(outDir, BUNDLE), code);
}

/** Names in the source map must not tell where this machine keeps the sources. */
function sourceName(path, outDir) {
  const inDist = relative(outDir, path);
  return inDist.startsWith('..') ? relative(ROOT, path) : inDist;
}

/** Each folder's main.js is a program. */
async function makeExecutable(outDir) {
  const programs = SOURCE_DIRS.map((dir) => join(outDir, dir, 'main.js')).filter((path) =>
    existsSync(path),
  );
  await Promise.all(programs.map((program) => chmod(program, 0o755)));
}

async function replaceDist(next) {
  const old = `${next}-old`;
  if (existsSync(DIST)) await rename(DIST, old);
  await rename(next, DIST);
  await rm(old, { recursive: true, force: true });
}
