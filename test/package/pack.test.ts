// The package as its users get it: packed, installed into an empty folder, run from there.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { startSimulator } from '../../simulator/simulator.js';
import { cacheDir, PACKAGE_ROOT } from '../../workers/paths.js';
import { built } from '../support/built.js';
import { readRows } from '../support/rig.js';

await built();
const folder = await mkdtemp(join(tmpdir(), 'reelscore-package-'));
const simulator = await startSimulator({ taskMs: 50, soundtrackSeconds: 0.05 });
afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel', 'error'];
await execa('npm', ['pack', '--ignore-scripts', '--pack-destination', folder, ...quiet], {
  cwd: PACKAGE_ROOT,
});
await writeFile(join(folder, 'package.json'), '{"private":true}');
const { version } = JSON.parse(await readFile(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
  version: string;
};
await execa('npm', ['install', ...quiet, `./reelscore-${version}.tgz`], { cwd: folder });

const installed = join(folder, 'node_modules', 'reelscore');
const env = {
  PATH: process.env['PATH'],
  HOME: folder,
  XDG_CACHE_HOME: join(cacheDir(process.env), '..'), // the server binary, not to be built again
  REELSCORE_HOME: join(folder, 'home'),
};

const reelscore = (args: string[], more: NodeJS.ProcessEnv = {}) =>
  execa(join(folder, 'node_modules/.bin/reelscore'), args, {
    ...{ cwd: folder, extendEnv: false, reject: false },
    env: { ...env, ...more },
  });

test('it has the workflow bundle and the recipe of the server', () => {
  expect(existsSync(join(installed, 'dist/workflow-bundle.js'))).toBe(true);
  expect(existsSync(join(installed, 'workers/temporal-server/go.mod'))).toBe(true);
  expect(existsSync(join(installed, 'workers/temporal-server/go.sum'))).toBe(true);
});

test('it scores the sample library against the simulator', async () => {
  const sample = join(installed, 'manifests/examples/sample.yaml');
  const { exitCode, stdout } = await reelscore(['run', sample, '--simulate', '--rate', '5']);
  expect(stdout).toContain('succeeded    5');
  expect(exitCode).toBe(0);
});

test('it scores a real manifest with keys', async () => {
  const clip = `${simulator.url}/clips/sunrise.mp4`;
  await writeFile(join(folder, 'real.csv'), `id,file_link,prompt\nfirst,${clip},Calm Piano\n`);
  const { exitCode } = await reelscore(['run', 'real.csv', '--out', 'scored'], {
    TOMOVIEE_APP_KEY: 'test-key',
    TOMOVIEE_APP_SECRET: 'test-secret',
    TOMOVIEE_BASE_URL: simulator.url,
    REELSCORE_ALLOW_HOSTS: new URL(simulator.url).host,
    REELSCORE_POLL_INTERVAL: '1s',
  });
  expect(exitCode).toBe(0);
  const [row] = await readRows(join(folder, 'scored'));
  expect(row).toMatchObject({ id: 'first', status: 'succeeded' });
  expect(simulator.ledger().map(({ fileLink }) => fileLink)).toEqual([clip]);
});
