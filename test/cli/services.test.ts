// The parts that run all day, each a process of its own, on a server they share.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { afterAll, expect, test } from 'vitest';
import { Reelscore, type ScheduleStatus, type Triggered } from '../../client/index.js';
import { startSimulator } from '../../tomoviee/simulator/simulator.js';
import { resolveConfig } from '../../config/config.js';
import { clips, readRows } from '../support/rig.js';
import { ownServer } from '../support/temporal.js';
import { ask, reelscore } from './cli.js';

const { home } = await ownServer();
const cwd = await mkdtemp(join(tmpdir(), 'reelscore-services-'));
const keys = { appKey: 'test-key', appSecret: 'test-secret' };
const simulator = await startSimulator({ ...keys, taskMs: 50, soundtrackSeconds: 0.05 });
const env = {
  REELSCORE_HOME: home,
  REELSCORE_POLL_INTERVAL: '500ms',
  REELSCORE_RATE: '50',
  REELSCORE_PROBE: 'false',
  REELSCORE_ALLOW_HOSTS: new URL(simulator.url).host,
  TOMOVIEE_BASE_URL: simulator.url,
  TOMOVIEE_APP_KEY: keys.appKey,
  TOMOVIEE_APP_SECRET: keys.appSecret,
};
const api = await Reelscore.connect({ config: resolveConfig({}, env, cwd), cwd });
afterAll(async () => {
  await api.close();
  await simulator.close();
  await rm(cwd, { recursive: true, force: true });
});

/** Starts a service and resolves once it has printed a text. */
async function service(command: string, ready: string, more: Record<string, string> = {}) {
  const process = reelscore(command.split(' '), { cwd, env: { ...env, ...more } });
  let printed = '';
  await new Promise<void>((resolve, reject) => {
    process.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk;
      if (printed.includes(ready)) resolve();
    });
    process.stdout.on('end', () => reject(new Error(`${command} ended: ${printed}`)));
  });
  return {
    printed: () => printed,
    async stop() {
      process.kill('SIGTERM');
      const { exitCode, stdout, stderr } = await process;
      return { exitCode, output: `${stdout}${stderr}` };
    },
  };
}

async function manifest(name: string): Promise<string> {
  const path = join(cwd, name);
  const rows = clips(5).map((row) => ({
    ...row,
    file_link: row.file_link.replace('http://simulator.localhost', simulator.url),
    prompt: `${row.prompt}, ${name}`, // music that no other manifest wants
  }));
  await writeFile(path, stringify(rows, { header: true }));
  return path;
}

test('a worker process scores what start began, and stops in good order', async () => {
  const started = await ask(['start', await manifest('worker.csv'), '--json'], { cwd, env });
  const { batch, workerAnswering } = JSON.parse(started.stdout) as Record<string, unknown>;
  expect(workerAnswering).toBe(false);
  const worker = await service('worker', 'Worker:');
  const { summary } = await api.wait(String(batch));
  expect(summary.counts.succeeded).toBe(5);
  const { exitCode, output } = await worker.stop();
  expect(exitCode).toBe(0);
  expect(output).not.toContain(keys.appSecret);
});

test('one worker probes clips, without keys, and another scores them', async () => {
  // The server remembers for minutes who served an account, so this one is new.
  const split = { REELSCORE_ACCOUNT: 'split', REELSCORE_PROBE: 'true' };
  const scoring = await service('worker --serve scoring', 'Worker:', split);
  const path = await manifest('split.csv');
  const started = await ask(['start', path, '--json'], { cwd, env: { ...env, ...split } });
  const { batch } = JSON.parse(started.stdout) as { batch: string };
  for (;;) {
    const { stdout } = await ask(['status', batch], { cwd, env });
    if (stdout.includes('no worker does that: start `reelscore worker --serve probing`')) break;
  }
  const noKeys = { ...split, TOMOVIEE_APP_KEY: '', TOMOVIEE_APP_SECRET: '' };
  const probing = await service('worker --serve probing', 'Worker: probing', noKeys);
  expect((await api.wait(batch)).summary.counts.succeeded).toBe(5);
  for (const worker of [scoring, probing]) expect((await worker.stop()).exitCode).toBe(0);
});

test('serve is worker and receiver in one: it takes callbacks', async () => {
  const listen = { REELSCORE_CALLBACK_LISTEN: '127.0.0.1:0' };
  // A free port, kept for the URL that the worker gives out.
  const finding = await service('callbacks', 'Callbacks:', listen);
  const port = /127\.0\.0\.1:(\d+)/.exec(finding.printed())?.[1] ?? '';
  expect((await finding.stop()).exitCode).toBe(0);

  const url = `http://127.0.0.1:${port}`;
  const serve = await service('serve', 'Worker:', {
    REELSCORE_CALLBACK_LISTEN: `127.0.0.1:${port}`,
    REELSCORE_CALLBACK_URL: url,
    REELSCORE_CALLBACK_GRACE: '1h', // no poll saves a callback that is not taken
  });
  expect(serve.printed()).toContain(`public URL: ${url}`);
  expect((await fetch(`${url}/health`)).status).toBe(200);
  const { wait } = await api.start(await manifest('serve.csv'), { batch: 'served' });
  expect((await wait()).summary.counts.succeeded).toBe(5);
  expect((await serve.stop()).exitCode).toBe(0);
});

test('serve --simulate scores the nights of schedules made with --simulate, without keys', async () => {
  const noKeys = { ...env, TOMOVIEE_APP_KEY: '', TOMOVIEE_APP_SECRET: '' };
  const schedule = async <T>(...args: string[]): Promise<T> => {
    const { stdout } = await ask(['schedule', ...args, '--json'], { cwd, env: noKeys });
    return JSON.parse(stdout) as T;
  };
  await writeFile(join(cwd, 'trial.csv'), stringify(clips(4), { header: true }));
  const made = ['--every', '365d', '--manifest', 'trial.csv', '--simulate'];
  const { workerRunning } = await schedule<ScheduleStatus>('create', 'trial', ...made);
  expect(workerRunning).toBe(false);
  const told = await ask(['schedule', 'describe', 'trial'], { cwd, env: noKeys });
  expect(told.stdout).toContain('start `reelscore serve --simulate`');

  const serving = await service('serve --simulate', 'Worker:', noKeys);
  const { batch = '' } = await schedule<Triggered>('trigger', 'trial');
  const { summary, store } = await api.wait(batch);
  expect(summary.counts).toMatchObject({ total: 4, succeeded: 4 });
  expect(store.startsWith(join(cwd, 'results', 'trial-'))).toBe(true);
  expect((await readRows(store)).map(({ status }) => status)).toEqual(Array(4).fill('succeeded'));
  const { last } = await schedule<ScheduleStatus>('describe', 'trial');
  expect(last).toMatchObject([{ batch, state: 'finished', counts: { succeeded: 4 } }]);
  const { exitCode, output } = await serving.stop();
  expect(exitCode).toBe(0);
  expect(output).not.toContain('"level"'); // nothing that people would have to read
});

test.each(['serve', 'worker'])('%s without keys exits 1 at once', async (name) => {
  const { stderr, exitCode } = await reelscore([name], {
    cwd,
    env: { ...env, TOMOVIEE_APP_KEY: '', TOMOVIEE_APP_SECRET: '' },
  });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('TOMOVIEE_APP_KEY and TOMOVIEE_APP_SECRET are not set');
});
