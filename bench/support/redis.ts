// The system's Redis, for one run: on a free port of loopback, appending to a file of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { accepts, freePort } from '../../temporal/embedded/ports.js';

export interface BenchRedis {
  port: number;
  stop(): Promise<void>;
}

const UP_WITHIN_MS = 10_000;

/** Path of the server's binary, or undefined when the system has none. */
export function findRedis(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, 'redis-server')).find(isExecutable);
}

/** @param folder made if need be; its data lie there */
export async function startRedis(binary: string, folder: string): Promise<BenchRedis> {
  await mkdir(folder, { recursive: true });
  const port = await freePort(undefined);
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  const child = spawn(
    binary,
    [...place, '--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const stop = (): void => void child.kill('SIGTERM');
  process.once('exit', stop);
  const gone = once(child, 'exit').finally(() => process.off('exit', stop));
  const givenUpAt = Date.now() + UP_WITHIN_MS;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || Date.now() > givenUpAt) {
      stop();
      throw new Error(`${binary} did not come up on port ${port} (try: ${binary} --port ${port})`);
    }
    await sleep(20);
  }
  return {
    port,
    async stop() {
      stop();
      await gone;
    },
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
