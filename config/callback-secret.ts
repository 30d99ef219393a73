// The secret that signs callback URLs. Workers make the URLs and receivers check them, so all
// processes of a home must agree on it, also those that start at the same moment.
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from './config-error.js';
import type { ResolvedConfig } from './config.js';
import { Secret } from './secret.js';

const BYTES = 32;
const FORM = /^[0-9a-f]{64}\n$/;

/** Name of its file in REELSCORE_HOME. */
export const CALLBACK_SECRET_FILE = 'callback-secret';

/**
 * The secret of the environment, else the one kept in the home, which is made if there is none.
 *
 * @throws ConfigError if it can neither be read nor made, or others can read it
 */
export async function loadCallbackSecret(
  config: Pick<ResolvedConfig, 'home' | 'callbacks'>,
): Promise<Secret> {
  if (config.callbacks.secret) return config.callbacks.secret;
  const path = join(config.home, CALLBACK_SECRET_FILE);
  try {
    return (await readKept(path)) ?? (await make(config.home, path));
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw new ConfigError(
      [`${path}: ${(cause as Error).message} (set REELSCORE_HOME to a folder you can write)`],
      { cause },
    );
  }
}

async function readKept(path: string): Promise<Secret | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  // Windows has no such bits.
  if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) {
    throw new ConfigError([`${path}: others can read it (run chmod 600 on it)`]);
  }
  if (!FORM.test(text)) {
    throw new ConfigError([
      `${path}: it is not a secret made by reelscore (remove it to have one made; callbacks under way will not be known then)`,
    ]);
  }
  return new Secret(text.trim());
}

/** Written whole beside its place, then linked there: of several processes one wins, all read its file. */
async function make(home: string, path: string): Promise<Secret> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}-${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(BYTES).toString('hex')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
  const secret = await readKept(path);
  if (!secret) throw new Error('it was removed while it was made');
  return secret;
}
