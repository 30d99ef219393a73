// Who takes part in the benchmarks against other tools.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { processContenders } from '../../bench/contenders/index.js';

let folder: string;
const told: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelscore-path-'));
  vi.stubEnv('PATH', folder);
  told.length = 0;
  vi.spyOn(console, 'error').mockImplementation((line: string) => void told.push(line));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const ids = (contenders?: string[]) =>
  processContenders({ ...(contenders && { contenders }) }).map(({ id }) => id);

test('without a Redis on PATH, BullMQ is left out with one line that says so', async () => {
  // What cannot be run is no Redis.
  await writeFile(join(folder, 'redis-server'), '');
  await chmod(join(folder, 'redis-server'), 0o644);
  expect(ids()).toEqual(['reelscore', 'script']);
  expect(told).toEqual([expect.stringMatching(/^BullMQ: skipped, redis-server is not on PATH/)]);
});

test('with one, BullMQ takes part', async () => {
  await writeFile(join(folder, 'redis-server'), '', { mode: 0o755 });
  expect(ids()).toEqual(['reelscore', 'bullmq', 'script']);
  expect(told).toEqual([]);
});

test('only those wanted take part, and nothing is said of the others', () => {
  expect(ids(['script'])).toEqual(['script']);
  expect(told).toEqual([]);
});
