// Where the server binary comes from. The tools on PATH and the download service stand-ins are real
// programs and a real HTTP server; only what they would take minutes or the internet for is small.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { archiveName } from '../../../temporal/embedded/download-server.js';
import {
  findTemporalBinary,
  NoTemporalServerError,
  type FindOptions,
} from '../../../temporal/embedded/find-binary.js';
import { serverRecipe, type ServerRecipe } from '../../../temporal/embedded/recipe.js';

const RECENT = 'temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)';
const OLD = 'temporal version 1.1.0 (Server 1.25.0, UI 2.30.0)';
const NO_DOWNLOAD = { downloadBase: 'http://127.0.0.1:9' }; // the discard port: refused at once

let dir: string;
let env: NodeJS.ProcessEnv;
let recipe: ServerRecipe;
let progress: string[];
let server: Server | undefined;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'reelscore-find-'));
  mkdirSync(join(dir, 'bin'));
  // The system's tools (tar, sh), without a Go or Temporal that this machine may have.
  env = {
    ...{ PATH: `${join(dir, 'bin')}:/usr/bin:/bin`, XDG_CACHE_HOME: join(dir, 'cache') },
    ...{
      TOMOVIEE_APP_SECRET: 'app-secret',
      REELSCORE_NOTIFY: 'https://h.example/t',
      NPM_TOKEN: 'n',
    },
    ...{ GOPROXY: 'https://modules.example', GOFLAGS: '-mod=mod', https_proxy: 'http://p.example' },
  };
  recipe = serverRecipe(env);
  progress = [];
});

afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(dir, { recursive: true, force: true });
});

function find(options: FindOptions = NO_DOWNLOAD): Promise<string> {
  return findTemporalBinary(env, (line) => progress.push(line), options);
}

function program(path: string, script: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

const onPath = (name: string, script: string) => program(join(dir, 'bin', name), script);

/** A `go` that notes its arguments, settings and folder, and writes what it was asked to build. */
function fakeGo(script = ''): string {
  const log = join(dir, 'go.log');
  onPath(
    'go',
    `echo "$PWD $CGO_ENABLED $*" >> ${log}\n${script}\nwhile [ "$1" != -o ]; do shift; done; echo built > "$2"`,
  );
  return log;
}

const ARCHIVE = archiveName('1.8.2') ?? '';

/** Serves the tool in an archive, the way its releases are served. */
async function releases(version: string, archiveAt = '/archive.tar.gz') {
  const source = mkdtempSync(join(dir, 'archive-'));
  const ran = join(dir, 'downloaded.env');
  program(
    join(source, 'temporal'),
    `env > ${ran}; echo "temporal version ${version} (Server 1.31.2, UI 2.50.1)"`,
  );
  const file = join(source, 'a.tar.gz');
  execFileSync('tar', ['-czf', file, '-C', source, 'temporal']);
  const archive = readFileSync(file);
  const asked: string[] = [];
  const started = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/archive.tar.gz') response.end(archive);
    else response.writeHead(302, { location: archiveAt }).end();
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  const downloadBase = `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
  const sums = new Map([[ARCHIVE, createHash('sha256').update(archive).digest('hex')]]);
  return { downloadBase, sums, asked, ran };
}

/** Names of the variables that a program noted with `env`. */
function seen(file: string): string[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => line.split('=', 1)[0] ?? '');
}

describe('on PATH', () => {
  test('a recent temporal comes before everything else', async () => {
    program(recipe.cached, '');
    const installed = onPath('temporal', `echo "${RECENT}"`);
    expect(await find()).toBe(installed);
    expect(progress).toEqual([]);
  });

  test('one that was built from source is known by its server', async () => {
    const found = onPath('temporal', `echo "${RECENT.replace('1.8.2', '0.0.0-DEV')}"`);
    expect(await find()).toBe(found);
  });

  test.each([
    ['is too old', `echo "${OLD}"`, /temporal: not used, its server 1\.25\.0 is older than 1\.31/],
    ['is something else', 'echo hello', /temporal: not used, .*expected "temporal version/],
    ['does not run', 'echo broken >&2; exit 3', /temporal: not used, broken/],
  ])('one that %s is passed over, and named', async (_, script, message) => {
    program(recipe.cached, '');
    onPath('temporal', script);
    expect(await find()).toBe(recipe.cached);
    expect(progress).toEqual([expect.stringMatching(message)]);
  });
});

test('the cached binary is used without a word; its name holds version, platform and recipe', async () => {
  program(recipe.cached, '');
  expect(await find()).toBe(recipe.cached);
  expect(progress).toEqual([]);
  expect(recipe.cached).toMatch(/cache\/reelscore\/temporal-1\.8\.2-\w+-\w+-[0-9a-f]{12}$/);
});

describe('the official download', () => {
  test('is unpacked into the cache', async () => {
    const { downloadBase, sums, asked, ran } = await releases(recipe.version);
    expect(await find({ downloadBase, sums })).toBe(recipe.cached);
    expect(execFileSync(recipe.cached, ['--version'], { encoding: 'utf8' })).toContain('1.8.2');
    expect(asked[0]).toMatch(
      /^\/v1\.8\.2\/temporal_cli_1\.8\.2_(linux|darwin)_(amd64|arm64)\.tar\.gz$/,
    );
    expect(readdirSync(dirname(recipe.cached))).toHaveLength(1); // neither lock nor work folder
    expect(seen(ran)).toContain('PATH');
  });

  test('is pinned for each platform, in the version that is built from source too', () => {
    const names = ['linux', 'darwin'].flatMap((platform) =>
      ['amd64', 'arm64'].map((arch) => `temporal_cli_${recipe.version}_${platform}_${arch}.tar.gz`),
    );
    expect([...recipe.sums.keys()].sort()).toEqual(names.sort());
    expect(new Set(recipe.sums.values()).size).toBe(names.length);
  });

  test('that is not the pinned archive is neither unpacked nor run', async () => {
    const { downloadBase, ran } = await releases(recipe.version);
    await expect(find({ downloadBase })).rejects.toThrow(
      /official download: \S+ is not the pinned archive: its SHA-256 is [0-9a-f]{64}, not [0-9a-f]{64}/,
    );
    expect(existsSync(ran)).toBe(false);
    expect(existsSync(recipe.cached)).toBe(false);
  });

  test('for a platform that is not pinned is not asked for', async () => {
    const { downloadBase, asked } = await releases(recipe.version);
    await expect(find({ downloadBase, sums: new Map() })).rejects.toThrow(
      /official download: there is no pinned download for/,
    );
    expect(asked).toEqual([]);
  });

  test('of another version is not used', async () => {
    const { downloadBase, sums } = await releases('1.0.0');
    await expect(find({ downloadBase, sums })).rejects.toThrow(
      /official download: expected version 1\.8\.2, the download is 1\.0\.0/,
    );
    expect(existsSync(recipe.cached)).toBe(false);
  });

  test('is not followed to another protocol', async () => {
    const { downloadBase, sums } = await releases(recipe.version, 'ftp://127.0.0.1/archive.tar.gz');
    await expect(find({ downloadBase, sums })).rejects.toThrow(
      /official download: 127\.0\.0\.1: expected http:, was sent to ftp:/,
    );
    expect(existsSync(recipe.cached)).toBe(false);
  });
});

test('programs see neither keys nor links of the environment; go sees what it loads modules with', async () => {
  const { downloadBase, sums, ran } = await releases(recipe.version);
  const [noted, built] = [join(dir, 'path.env'), join(dir, 'go.env')];
  onPath('temporal', `env > ${noted}; echo "${OLD}"`);
  await find({ downloadBase, sums });
  rmSync(recipe.cached);
  fakeGo(`env > ${built}`);
  await find();
  for (const file of [noted, ran, built]) {
    expect(seen(file).filter((name) => /^(TOMOVIEE|REELSCORE|NPM)_/.test(name))).toEqual([]);
  }
  expect(seen(noted)).not.toContain('GOPROXY');
  expect(seen(built)).toEqual(expect.arrayContaining(['GOPROXY', 'GOFLAGS', 'https_proxy']));
});

describe('go build', () => {
  test('builds the pinned modules into the cache, without a C compiler', async () => {
    const log = fakeGo();
    expect(await find()).toBe(recipe.cached);
    expect(readFileSync(recipe.cached, 'utf8')).toBe('built\n');
    expect(readFileSync(log, 'utf8')).toMatch(
      /temporal\/embedded\/server 0 build -ldflags -s -w -o \S+ github\.com\/temporalio\/cli\/cmd\/temporal\n$/,
    );
    expect(progress).toContain('Building the Temporal server once (about 5 minutes on 2 cores)...');
  });

  test('happens once when several ask at the same time', async () => {
    const log = fakeGo('sleep 1');
    const found = await Promise.all([find(), find(), find()]);
    expect(new Set(found)).toEqual(new Set([recipe.cached]));
    expect(readFileSync(log, 'utf8').trim().split('\n')).toHaveLength(1);
    expect(progress.join('\n')).toContain('Waiting for another reelscore');
  });

  test('that was killed leaves nothing behind for ever', async () => {
    fakeGo();
    mkdirSync(`${recipe.cached}.work-killed`, { recursive: true });
    await find();
    expect(readdirSync(dirname(recipe.cached))).toHaveLength(1);
  });

  test('that fails says why', async () => {
    fakeGo('echo "go: module not found" >&2; exit 1');
    await expect(find()).rejects.toThrow(/go build: go build failed:\ngo: module not found/);
  });
});

test('when nothing works the message says what was tried and the ways out', async () => {
  const error = await find().catch((caught: unknown) => caught as Error);
  expect(error).toBeInstanceOf(NoTemporalServerError);
  const { message } = error as Error;
  expect(message).toMatch(/official download: \S+/);
  expect(message).toContain('go build: cannot run go');
  expect(message).toContain('install the Temporal CLI');
  expect(message).toContain('install Go 1.26 or later');
  expect(message).toContain('set TEMPORAL_ADDRESS');
});
