import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import {
  endProcess,
  identifyProcess,
  isRunning,
  type ProcessIdentity,
} from '../../../temporal/embedded/process-identity.js';

const IGNORES_SIGTERM =
  'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1e6)';

function sleeper(code = 'console.log("up"); setInterval(() => {}, 1e6)') {
  return spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
}

function identityOf(pid: number | undefined): ProcessIdentity {
  const identity = identifyProcess(pid!);
  if (identity === undefined) throw new Error('expected a running process');
  return identity;
}

test('a process is known again by pid, start and command line', async () => {
  const child = sleeper();
  const identity = identityOf(child.pid);
  expect(identity.command).toContain(process.execPath);
  expect(isRunning(identity)).toBe(true);
  expect(isRunning({ ...identity, started: '1' })).toBe(false);
  expect(isRunning({ ...identity, command: 'something else' })).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isRunning(identity)).toBe(false);
});

test('a process that was given the pid of an earlier one is not ended', async () => {
  const child = sleeper();
  await endProcess({ ...identityOf(child.pid), started: '1' }, 0);
  expect(isRunning(identityOf(child.pid))).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test('a process that ignores SIGTERM is killed', async () => {
  const child = sleeper(IGNORES_SIGTERM);
  await once(child.stdout, 'data');
  const exit = once(child, 'exit');
  await endProcess(identityOf(child.pid), 50);
  expect(await exit).toEqual([null, 'SIGKILL']);
});

test.runIf(process.platform === 'linux')('a zombie does not count as running', async () => {
  // The shell tells its child's pid and becomes a program that reaps nobody, before the child has ended.
  const shell = spawn('sh', ['-c', 'sleep 2 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(shell.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  await expect.poll(() => identifyProcess(pid), { timeout: 10_000 }).toBeUndefined();
  expect(() => process.kill(pid, 0)).not.toThrow(); // still in the process table
  shell.kill('SIGKILL');
  await once(shell, 'exit');
});
