// Owns dist/: the compiled sources and the workflow bundle made from them.
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { ROOT, SCRATCH, tool } from './paths.mjs';
import { run, say } from './run.mjs';
import { hashOfSources, SOURCE_DIRS } from './sources.mjs';

const DIST = join(ROOT, 'dist');
/** As deep as dist/, for source maps name the sources relative to themselves. */
const NEXT = join(ROOT, '.dist-next');
const OLD = join(ROOT, '.dist-old');
const STAMP = '.build.json';
const BUNDLE = 'workflow-bundle.js';
/** The same with messages of errors as payloads: see workflows/failure-converter.ts. */
const ENCODING_BUNDLE = 'workflow-bundle.encoding.js';
/** Both with the interceptors that make spans: see workflows/traces/interceptors.ts. */
const TRACES_BUNDLE = 'workflow-bundle.traces.js';
const ENCODING_TRACES_BUNDLE = 'workflow-bundle.encoding.traces.js';
const ENTRY = join('workflows', 'index.js');
const PAYLOADS = join('workflows', 'payload-converter.js');
const FAILURES = join('workflows', 'failure-converter.js');
/** Of the bundles whose names have `.traces`. */
const INTERCEPTORS = join('workflows', 'traces', 'interceptors.js');

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
    await rm(NEXT, { recursive: true, force: true });
    try {
      const sources = hashOfSources();
      await compile(checkTypes);
      const encoding = { failureConverterPath: join(NEXT, FAILURES) };
      await bundleWorkflows(BUNDLE);
      await bundleWorkflows(ENCODING_BUNDLE, encoding);
      const traces = { workflowInterceptorModules: [join(NEXT, INTERCEPTORS)] };
      await bundleWorkflows(TRACES_BUNDLE, traces);
      await bundleWorkflows(ENCODING_TRACES_BUNDLE, { ...encoding, ...traces });
      await makeExecutable();
      await writeFile(join(NEXT, STAMP), JSON.stringify({ sources, checked: checkTypes }));
      await replaceDist();
    } finally {
      await rm(NEXT, { recursive: true, force: true });
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

async function compile(checkTypes) {
  const args = ['-p', 'tsconfig.build.json', '--outDir', NEXT];
  if (!checkTypes) args.push('--noCheck', '--noResolve', '--declaration', 'false');
  const tsc = tool('typescript/bin/tsc');
  const { code, output } = await run(process.execPath, [tsc, ...args], { quiet: true });
  if (code !== 0) throw new Error(`tsc failed:\n${output.trim()}`);
}

/** Ahead of time, so that starting a worker does not take a second more. */
async function bundleWorkflows(name, options = {}) {
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(NEXT, ENTRY),
    payloadConverterPath: join(NEXT, PAYLOADS),
    ...options,
    logger: new DefaultLogger('WARN'),
    webpackConfigHook: (config) => ({ ...config, context: ROOT }),
  });
  await writeFile(join(NEXT, name), withoutOwnPaths(code));
}

/** The inlined source map must not tell where this machine keeps the sources. */
function withoutOwnPaths(code) {
  return code.replace(/(sourceMappingURL=data:[^,]+;base64,)(\S+)/, (_, start, encoded) => {
    const map = Buffer.from(encoded, 'base64').toString();
    const relative = map.replaceAll(`${NEXT}/`, '').replaceAll(`${ROOT}/`, '');
    return start + Buffer.from(relative).toString('base64');
  });
}

/** Each folder's main.js is a program. */
async function makeExecutable() {
  const programs = SOURCE_DIRS.map((dir) => join(NEXT, dir, 'main.js'));
  await Promise.all(programs.filter((path) => existsSync(path)).map((path) => chmod(path, 0o755)));
}

async function replaceDist() {
  await rm(OLD, { recursive: true, force: true });
  if (existsSync(DIST)) await rename(DIST, OLD);
  await rename(NEXT, DIST);
  await rm(OLD, { recursive: true, force: true });
}
