// `npm ci` runs when something is missing or of another version, and only then. The npm here is a
// small program that notes that it ran and installs what the lock file says.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../config/paths.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'reelscore-clone-'));
  cpSync(join(PACKAGE_ROOT, 'scripts', 'lib'), join(root, 'scripts', 'lib'), { recursive: true });
  mkdirSync(join(root, 'bin'));
  npm(`echo "$*" >> ${join(root, 'npm.log')}
mkdir -p node_modules/a
cp installed.json node_modules/.package-lock.json`);
  lock('1.0.0');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function npm(script: string): void {
  writeFileSync(join(root, 'bin', 'npm'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

function lock(version: string): void {
  const installed = { 'node_modules/a': { version, integrity: `sha512-${version}` } };
  const other = { 'node_modules/for-another-platform': { version: '1.0.0', optional: true } };
  const packages = { '': { name: 'clone' }, ...installed, ...other };
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
  // What npm notes down leaves out packages of other platforms.
  writeFileSync(join(root, 'installed.json'), JSON.stringify({ packages: installed }));
}

async function install(): Promise<void> {
  const module = JSON.stringify(join(root, 'scripts', 'lib', 'dependencies.mjs'));
  const code = `await (await import(${module})).installDependencies();`;
  await execa('node', ['--input-type=module', '-e', code], {
    env: { PATH: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}` },
  });
}

function timesRun(): number {
  return readFileSync(join(root, 'npm.log'), 'utf8').trim().split('\n').length;
}

test('a fresh clone is installed once', async () => {
  await install();
  await install();
  expect(timesRun()).toBe(1);
  expect(readFileSync(join(root, 'npm.log'), 'utf8')).toMatch(/^ci /);
});

test('a changed lock file is installed', async () => {
  await install();
  lock('1.0.1');
  await install();
  expect(timesRun()).toBe(2);
});

test('a package that was removed is installed', async () => {
  await install();
  rmSync(join(root, 'node_modules', 'a'), { recursive: true });
  await install();
  expect(timesRun()).toBe(2);
});

test("a failure is told in npm's own words", async () => {
  npm('echo "npm error code E404" >&2; exit 1');
  await expect(install()).rejects.toThrow(/npm ci failed:\nnpm error code E404/);
});
