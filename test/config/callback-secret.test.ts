import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { CALLBACK_SECRET_FILE, loadCallbackSecret } from '../../config/callback-secret.js';
import { ConfigError } from '../../config/config-error.js';
import { Secret } from '../../config/secret.js';

const listen = { host: '127.0.0.1', port: 0 };
let home: string;
let file: string;

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reelscore-secret-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  home = join(folder, 'home');
  file = join(home, CALLBACK_SECRET_FILE);
});

const load = () => loadCallbackSecret({ home, callbacks: { listen } });

test('the secret of the environment is used and not written down', async () => {
  const secret = new Secret('from-the-environment');
  expect(await loadCallbackSecret({ home, callbacks: { listen, secret } })).toBe(secret);
  await expect(stat(home)).rejects.toThrow('ENOENT');
});

test('one is made, kept where only its owner can read it, and found again', async () => {
  const made = await load();
  expect(made.reveal()).toMatch(/^[0-9a-f]{64}$/);
  expect(await readFile(file, 'utf8')).toBe(`${made.reveal()}\n`);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(home)).mode & 0o777).toBe(0o700);
  expect((await load()).reveal()).toBe(made.reveal());
});

test('many that ask at about the same time get the same one, and nothing else is left', async () => {
  const late = async (turns: number) => {
    for (let turn = 0; turn < turns; turn++) await setImmediate();
    return load();
  };
  const all = await Promise.all(Array.from({ length: 60 }, (_, i) => late(i)));
  expect(new Set(all.map((secret) => secret.reveal())).size).toBe(1);
  expect(await readdir(home)).toEqual([CALLBACK_SECRET_FILE]);
});

test('two homes have two secrets', async () => {
  const one = await load();
  home = join(home, 'other');
  expect((await load()).reveal()).not.toBe(one.reveal());
});

test('a file that others can read is refused', async () => {
  await load();
  await chmod(file, 0o644);
  await expect(load()).rejects.toThrow(/others can read it \(run chmod 600/);
});

test('a file with something else in it is refused, and not shown', async () => {
  await load();
  await writeFile(file, 'hunter2\n');
  const error: unknown = await load().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConfigError);
  expect((error as Error).message).toMatch(/not a secret made by reelscore \(remove it/);
  expect((error as Error).message).not.toContain('hunter2');
});

test('a home that is no folder is refused with what to do', async () => {
  await writeFile(home, '');
  const error: unknown = await load().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConfigError);
  expect((error as Error).message).toMatch(/\(set REELSCORE_HOME to a folder you can write\)$/);
  expect((error as Error).cause).toBeInstanceOf(Error);
});
