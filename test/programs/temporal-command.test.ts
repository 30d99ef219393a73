// The commands of docs/programs.md, run as they are written there, but for the addresses.
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import type { BatchProgress } from '../../contract/batch.js';
import { findTemporalBinary } from '../../temporal/embedded/find-binary.js';
import { readRows } from '../support/rig.js';
import { until } from '../support/until.js';
import { blocksOf, outputBelow, shownCommands } from './documented.js';
import { startService } from './service.js';

const { env, folder, here, publish, simulator } = await startService();
const bin = join(folder, 'bin');
await mkdir(bin);
await symlink(await findTemporalBinary(process.env, () => undefined), join(bin, 'temporal'));

const shown = shownCommands().filter((command) => command.startsWith('temporal '));
const run = new Set<string>();

/** Runs the one command that is shown with these words in it. */
async function temporal(...words: string[]) {
  const found = shown.filter((command) => words.every((word) => command.includes(word)));
  expect(found, words.join(', ')).toHaveLength(1);
  run.add(found[0]!);
  return await bash(here(found[0]!));
}

function bash(command: string) {
  return execa('bash', ['-c', command], {
    ...{ cwd: folder, reject: false, extendEnv: false },
    env: { ...env, PATH: `${bin}:${env['PATH']}` },
  });
}

/** The JSON in what a command prints. */
function jsonIn(stdout: string): unknown {
  return JSON.parse(/\{.*\}/.exec(stdout)?.[0] ?? 'null');
}

async function progress(): Promise<BatchProgress> {
  return jsonIn((await temporal('query', '--workflow-id autumn')).stdout) as BatchProgress;
}

test('start, ask, pause, resume, tune, list and cancel a batch, by the commands that are shown', async () => {
  const clip = { file_link: `${simulator.url}/clips/sunrise.mp4`, prompt: 'Calm piano' };
  publish(
    'autumn.csv',
    Array.from({ length: 200 }, (_, n) => ({ id: `c${n}`, ...clip })),
  );
  const start = ['workflow start', '--workflow-id autumn'];
  const { stdout } = await temporal(...start);
  expect(stdout).toContain('scoreBatch');
  const running = await until(progress, ({ state }) => state === 'running');
  expect(running).toMatchObject({ store: join(folder, 'results/autumn'), counts: { total: 200 } });

  expect((await temporal('task-queue describe')).stdout).toMatch(/workflow.*\d+@/);

  await temporal('signal', 'pause');
  const paused = await until(progress, ({ state }) => state === 'paused');
  expect(paused.pauseReason).toBe('lunch');
  await temporal('signal', 'resume');
  await until(progress, ({ state }) => state === 'running');

  const account = async () => jsonIn((await temporal('--type account')).stdout);
  expect(await account()).toMatchObject({ limits: { ratePerSecond: 2 } });
  expect((await temporal('update execute')).exitCode).toBe(0);
  expect(await account()).toMatchObject({
    limits: { ratePerSecond: 5 },
    members: [{ batch: 'autumn' }],
  });
  await until(
    () => temporal('workflow list'),
    ({ stdout: listed }) => /Running\s+autumn/.test(listed),
  );

  // The same id is the same batch.
  const runOf = (text: string) => /RunId +(\S+)/.exec(text)?.[1];
  expect(runOf((await temporal(...start)).stdout)).toBe(runOf(stdout));

  await temporal('workflow cancel');
  const rows = await until(
    () => readRows(join(folder, 'results/autumn')).catch(() => []),
    (found) => found.length > 0,
  );
  expect(rows).toHaveLength(200);
  expect(rows.some(({ status }) => status === 'cancelled')).toBe(true);
});

test('start clips in the request itself, and wait for the result, by the commands that are shown', async () => {
  const [request] = blocksOf('json');
  await writeFile(join(folder, 'winter.json'), here(request!));
  await temporal('workflow start', '--workflow-id winter');
  const { stdout, exitCode } = await temporal('workflow result');
  expect(exitCode).toBe(0);
  expect(jsonIn(stdout)).toMatchObject({
    ...{ batch: 'winter', submissions: 2 },
    counts: { total: 2, succeeded: 2 },
  });
  // What is shown below it has another time.
  const times = /"\d{4}-[^"]+"/g;
  const output = outputBelow('temporal workflow result --workflow-id winter');
  expect(stdout.replaceAll(times, '')).toBe(output.replaceAll(times, ''));
});

test('a request that is refused is told by type', async () => {
  await bash(
    'temporal workflow start --type scoreBatch --task-queue reelscore-default --workflow-id spring \\\n' +
      `  --input '{"version": 2, "manifest": "spring.csv"}'`,
  );
  const { exitCode, stdout } = await bash(
    'temporal workflow result --workflow-id spring --output json',
  );
  expect(exitCode).not.toBe(0);
  expect(stdout).toContain('"type": "request_invalid"');
});

test('every command that is shown was run', () => {
  expect(shown.filter((command) => !run.has(command))).toEqual([]);
  expect(shown.length).toBeGreaterThan(8);
});
