// Finds, or makes, the `temporal` binary of the embedded server: PATH, the cache, the official
// download, `go build`, in this order.
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { buildServer } from './build-server.js';
import { DOWNLOAD_BASE, downloadServer } from './download-server.js';
import { tryLock } from './file-lock.js';
import { serverRecipe } from './recipe.js';
import { toolVersion, tooOld } from './server-version.js';

/** Another process that builds is waited for, however long it takes: it ends, or its lock does. */
const LOCK_POLL_MS = 500;

/** No Temporal server can be had here. The message says what was tried and what can be done. */
export class NoTemporalServerError extends Error {
  override name = 'NoTemporalServerError';

  constructor(tried: { way: string; reason: string }[]) {
    const lines = tried.map(({ way, reason }) => `  - ${way}: ${reason}`);
    super(
      [
        'There is no Temporal server to run on, and none could be had:',
        ...lines,
        'Do one of these:',
        '  - install the Temporal CLI (https://docs.temporal.io/cli), so that `temporal` is on PATH',
        '  - install Go 1.26 or later (https://go.dev/dl): the server is then built once',
        '  - set TEMPORAL_ADDRESS to a Temporal server that runs elsewhere',
      ].join('\n'),
    );
  }
}

export interface FindOptions {
  /** Base URL of the releases. */
  downloadBase?: string;
  /** Of archives, by name; default: those of the recipe. */
  sums?: ReadonlyMap<string, string>;
}

/**
 * Returns the path of a `temporal` binary to run.
 *
 * @param env its PATH, cache and Go settings are used
 * @param onProgress called, line by line, with what takes long
 * @throws NoTemporalServerError
 */
export async function findTemporalBinary(
  env: NodeJS.ProcessEnv,
  onProgress: (line: string) => void,
  options: FindOptions = {},
): Promise<string> {
  const recipe = serverRecipe(env);
  const installed = await findOnPath(env, onProgress);
  if (installed !== undefined) return installed;
  if (existsSync(recipe.cached)) return recipe.cached;

  mkdirSync(dirname(recipe.cached), { recursive: true });
  const lock = await lockCache(`${recipe.cached}.lock`, onProgress);
  const workPrefix = `${recipe.cached}.work-`;
  await removeLeftovers(workPrefix);
  const workDir = await mkdtemp(workPrefix);
  try {
    if (existsSync(recipe.cached)) return recipe.cached;
    const made = await firstThatWorks({
      'official download': () => {
        onProgress(`Fetching the Temporal server ${recipe.version} once...`);
        const { downloadBase: base = DOWNLOAD_BASE, sums = recipe.sums } = options;
        return downloadServer({ version: recipe.version, workDir, base, sums, env });
      },
      'go build': () => buildServer({ recipe, workDir, env, onProgress }),
    });
    await rename(made, recipe.cached);
    return recipe.cached;
  } finally {
    await rm(workDir, { recursive: true, force: true });
    lock.release();
  }
}

/** Node leaves the message of an error empty that stands for several (no address could be reached). */
function reasonOf(error: Error & { code?: string }): string {
  return error.message === '' ? (error.code ?? error.name) : error.message;
}

async function firstThatWorks(ways: Record<string, () => Promise<string>>): Promise<string> {
  const tried: { way: string; reason: string }[] = [];
  for (const [way, attempt] of Object.entries(ways)) {
    try {
      return await attempt();
    } catch (error) {
      tried.push({ way, reason: reasonOf(error as Error) });
    }
  }
  throw new NoTemporalServerError(tried);
}

/** Of processes that were killed at it; the lock's holder is the only one at work. */
async function removeLeftovers(prefix: string): Promise<void> {
  const [dir, start] = [dirname(prefix), basename(prefix)];
  const leftovers = (await readdir(dir)).filter((name) => name.startsWith(start));
  await Promise.all(leftovers.map((name) => rm(join(dir, name), { recursive: true, force: true })));
}

async function findOnPath(
  env: NodeJS.ProcessEnv,
  onProgress: (line: string) => void,
): Promise<string | undefined> {
  const dirs = (env['PATH'] ?? '').split(delimiter).filter((dir) => isAbsolute(dir));
  const binary = dirs.map((dir) => join(dir, 'temporal')).find(isExecutable);
  if (binary === undefined) return undefined;
  try {
    const fault = tooOld(await toolVersion(binary, env));
    if (fault === undefined) return binary;
    onProgress(`${binary}: not used, ${fault} (upgrade the Temporal CLI to use it)`);
  } catch (error) {
    onProgress(`${binary}: not used, ${(error as Error).message}`);
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

async function lockCache(path: string, onProgress: (line: string) => void) {
  for (let told = false; ; told = true) {
    const lock = tryLock(path, 'building');
    if (lock !== undefined) return lock;
    if (!told) onProgress('Waiting for another reelscore that is getting the Temporal server...');
    await delay(LOCK_POLL_MS);
  }
}
