import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readLock, tryLock } from '../../../temporal/embedded/file-lock.js';
import { distFile } from '../../../config/paths.js';
import { built } from '../../support/built.js';

await built();

let dir: string;
let path: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'reelscore-lock-'));
  path = join(dir, 'lock');
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Takes the lock as another process would, prints whether it got it, and ends when stdin does. */
function otherProcess() {
  const module = JSON.stringify(pathToFileURL(distFile('temporal/embedded/file-lock.js')).href);
  const code = `import(${module}).then(({ tryLock }) => {
    console.log(tryLock(${JSON.stringify(path)}, 'other') ? 'got' : 'refused');
    process.stdin.resume();
  });`;
  return spawn(process.execPath, ['-e', code], { stdio: ['pipe', 'pipe', 'inherit'] });
}

async function answerOf(child: ReturnType<typeof otherProcess>): Promise<string> {
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return line.toString().trim();
}

async function leaveDeadLock(): Promise<void> {
  const child = otherProcess();
  expect(await answerOf(child)).toBe('got');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('the lock has one holder, whose note others can read, until it is released', () => {
  const lock = tryLock(path, 'note');
  expect(lock).toBeDefined();
  expect(tryLock(path, 'second')).toBeUndefined();
  expect(readLock(path)).toBe('note');
  lock?.release();
  expect(readLock(path)).toBeUndefined();
  expect(readdirSync(dir)).toEqual([]);
});

test('the lock of a killed process is free', async () => {
  await leaveDeadLock();
  expect(readLock(path)).toBeUndefined();
  expect(tryLock(path, 'next')).toBeDefined();
  expect(readLock(path)).toBe('next');
});

test('releasing does not take a lock from whoever holds it now', () => {
  const first = tryLock(path, 'first');
  rmSync(path);
  tryLock(path, 'second');
  first?.release();
  expect(readLock(path)).toBe('second');
});

test.each(['', '{"token":', '{}'])('a lock file left by a power cut (%j) is free', (content) => {
  writeFileSync(path, content);
  expect(readLock(path)).toBeUndefined();
  expect(tryLock(path, 'next')).toBeDefined();
});

test('a process killed while it broke a lock does not keep it for ever', () => {
  writeFileSync(path, '');
  const hash = createHash('sha256').update('').digest('hex').slice(0, 16);
  mkdirSync(`${path}.break-${hash}`);
  expect(tryLock(path, 'too early')).toBeUndefined();
  const longAgo = new Date(Date.now() - 3_600_000);
  utimesSync(`${path}.break-${hash}`, longAgo, longAgo);
  expect(tryLock(path, 'notices')).toBeUndefined();
  expect(tryLock(path, 'takes')).toBeDefined();
});

test('of many processes that find a dead lock, exactly one takes it', async () => {
  for (let round = 0; round < 3; round += 1) {
    rmSync(path, { force: true });
    await leaveDeadLock();
    const children = Array.from({ length: 6 }, otherProcess);
    const answers = await Promise.all(children.map(answerOf));
    expect(answers.filter((answer) => answer === 'got')).toHaveLength(1);
    for (const child of children) child.stdin.end();
    await Promise.all(children.map((child) => once(child, 'exit')));
  }
});
