// The package as its users get it: packed, installed into an empty folder, run from there.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../../tomoviee/simulator/simulator.js';
import { freePort } from '../../temporal/embedded/ports.js';
import { cacheDir, PACKAGE_ROOT } from '../../config/paths.js';
import { built } from '../support/built.js';
import { Part } from '../support/parts.js';
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
await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}');
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

/** The TypeScript example beside the package, with what its compilation says. */
const typed = await compileExample();

async function compileExample() {
  const tsc = join(PACKAGE_ROOT, 'node_modules/typescript/bin/tsc');
  // Builds for tests have no declarations; those of a release do.
  const declared = ['--noCheck', '--emitDeclarationOnly', '--outDir', join(installed, 'dist')];
  await execa(process.execPath, [tsc, '-p', 'tsconfig.build.json', ...declared], {
    cwd: PACKAGE_ROOT,
  });
  const example = await readFile(join(installed, 'examples/score-library.ts'), 'utf8');
  const text = example.replaceAll('http://127.0.0.1:8788', simulator.url);
  await writeFile(join(folder, 'score-library.ts'), text);
  // Temporal's own declarations lack @types/ms.
  const strict = ['--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022'];
  const types = ['--types', 'node', '--typeRoots', join(PACKAGE_ROOT, 'node_modules/@types')];
  return await execa(process.execPath, [tsc, ...strict, ...types, 'score-library.ts'], {
    ...{ cwd: folder, reject: false },
  });
}

const reelscore = (args: string[], more: NodeJS.ProcessEnv = {}) =>
  execa(join(folder, 'node_modules/.bin/reelscore'), args, {
    ...{ cwd: folder, extendEnv: false, reject: false },
    env: { ...env, ...more },
  });

test('it has the workflow bundle and the recipe of the server', () => {
  expect(existsSync(join(installed, 'dist/workflow-bundle.js'))).toBe(true);
  expect(existsSync(join(installed, 'temporal/embedded/server/go.mod'))).toBe(true);
  expect(existsSync(join(installed, 'temporal/embedded/server/go.sum'))).toBe(true);
  expect(existsSync(join(installed, 'temporal/embedded/server/SHA256SUMS'))).toBe(true);
});

test('programs find both schemas by name', async () => {
  const { resolve } = createRequire(join(folder, 'program.js'));
  for (const name of ['batch-request', 'manifest']) {
    const schema = await readFile(resolve(`reelscore/${name}.schema.json`), 'utf8');
    expect(JSON.parse(schema)).toHaveProperty(['$schema']);
  }
});

test('it has these folders and files, and no test, benchmark or source', async () => {
  const packed = (await readdir(installed, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(installed, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith('node_modules/'));
  const expected = [
    /^(CHANGELOG|CONTRIBUTING|README|SECURITY)\.md$|^LICENSE$|^package\.json$/,
    /^dist\/(activities|cli|client|config|contract|intake|manifests|media|net)\/.+\.(js|js\.map|d\.ts)$/,
    /^dist\/(outcomes|page|store|temporal|tomoviee|workers|workflows)\/.+\.(js|js\.map|d\.ts)$/,
    /^dist\/[^/]+$/,
    /^docs\/[\w-]+\.(md|png|svg)$/,
    /^examples\/(clips\/)?[^/]+$/,
    /^(intake|manifests)\/[\w-]+\.schema\.json$/,
    /^outcomes\/review\/page\/[\w-]+\.(css|js)$/,
    /^page\/assets\/[\w-]+\.(css|js)$/,
    /^deploy\//,
    /^temporal\/embedded\/server\/(go\.mod|go\.sum|SHA256SUMS)$/,
  ];
  expect(packed.filter((path) => !expected.some((pattern) => pattern.test(path)))).toEqual([]);
  const unused = expected.filter((pattern) => !packed.some((path) => pattern.test(path)));
  expect(unused).toEqual([]);
});

test('its README and docs link only to files that it has', async () => {
  const docs = (await readdir(join(installed, 'docs'))).filter((name) => name.endsWith('.md'));
  expect(docs).toContain('programs.md');
  const pages = ['README.md', 'examples/README.md', ...docs.map((name) => join('docs', name))];
  for (const file of pages) {
    const text = await readFile(join(installed, file), 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = '']) => path);
    const at = dirname(join(installed, file));
    expect(links.filter((path) => !existsSync(join(at, path)), file)).toEqual([]);
  }
});

test('it scores the sample library against the simulator', async () => {
  const sample = join(installed, 'examples/sample.yaml');
  const { exitCode, stdout } = await reelscore(['run', sample, '--simulate', '--rate', '5']);
  expect(stdout).toContain('succeeded    5');
  expect(exitCode).toBe(0);
});

test('the nightly example is scored once, however its links are signed the next night', async () => {
  const example = await readFile(join(installed, 'examples/nightly.jsonl'), 'utf8');
  await writeFile(join(folder, 'nightly.jsonl'), example);
  const night = (name: string) =>
    reelscore(['run', 'nightly.jsonl', '--simulate', '--rate', '5', '--batch', name]);
  expect((await night('night-1')).stdout).toContain('succeeded    4');
  const signed = example.replaceAll(/signature=\w+/g, () => `signature=${randomUUID()}`);
  await writeFile(join(folder, 'nightly.jsonl'), signed);
  expect((await night('night-2')).stdout).toMatch(/skipped +4/);
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

test('the TypeScript example fits its types', () => {
  expect(typed.stdout).toBe('');
  expect(typed.exitCode).toBe(0);
});

/** A service that scores what programs start, until the test has ended. */
async function serveBatches(): Promise<void> {
  const callbacks = `127.0.0.1:${await freePort(undefined)}`;
  const vendor = {
    ...{ TOMOVIEE_APP_KEY: 'test-key', TOMOVIEE_APP_SECRET: 'test-secret' },
    ...{ TOMOVIEE_BASE_URL: simulator.url, REELSCORE_ALLOW_HOSTS: new URL(simulator.url).host },
    ...{ REELSCORE_CALLBACK_URL: `http://${callbacks}`, REELSCORE_CALLBACK_LISTEN: callbacks },
  };
  const serve = new Part(['serve'], { ...env, ...vendor }, 'Worker:', folder);
  onTestFinished(() => serve.stop());
  await serve.start();
}

const program = (file: string) =>
  execa(process.execPath, [file], { cwd: folder, env, extendEnv: false });

test('the TypeScript example scores its clips, and started again finds them', async () => {
  await serveBatches();
  const score = () => program('score-library.js');
  const first = await score();
  expect(first.stdout).toMatch(/^trailers-[0-9a-f]{8}: started, 3 clips$/m);
  expect(first.stdout).toMatch(/^(opening|running): \d of 3 scored, \d at the vendor$/m);
  expect(first.stdout).toContain(
    '\n2 of 3 scored, 2 paid for\n  sunrise: succeeded, soundtracks/sunrise.wav\n',
  );
  expect(first.stdout).toMatch(/^ {2}outtake: rejected, clip_not_found: /m);
  const paid = simulator.ledger().length;
  const second = await score();
  expect(second.stdout).toMatch(
    /^trailers-[0-9a-f]{8}: ended, 3 clips\n2 of 3 scored, 2 paid for\n/,
  );
  expect(simulator.ledger()).toHaveLength(paid);
});

test('the program in the README runs as it stands there', async () => {
  await serveBatches();
  const [, code = ''] = /^```ts\n(.*?)^```$/ms.exec(
    await readFile(join(installed, 'README.md'), 'utf8'),
  ) ?? [''];
  const clip = `${simulator.url}/clips/load/readme.mp4`;
  const text = code.replace('https://cdn.example/sunrise.mp4', clip);
  await writeFile(join(folder, 'readme.js'), text);
  expect(await program('readme.js')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(simulator.ledger().filter(({ fileLink }) => fileLink === clip)).toHaveLength(1);
});
