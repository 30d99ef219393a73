// Where the server binary comes from. The tools on PATH and the download service stand-ins are real
// programs and a real HTTP server; only what they would take minutes or the internet for is small.
import { execFileSync } from 'node:child_process';
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
import { findTemporalBinary, NoTemporalServerError } from '../../workers/embedded/find-binary.js';
import { serverRecipe, type ServerRecipe } from '../../workers/embedded/recipe.js';

const RECENT = 'temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)';
const OLD = 'temporal version 1.1.0 (Server 1.25.0, UI 2.30.0)';
const NO_DOWNLOAD = { downloadBase: 'http://127.0.0.1:9' }; // the discard port: refused at once

let dir: string;
let env: { PATH: string; XDG_CACHE_HOME: string };
let recipe: ServerRecipe;
let progress: string[];
let server: Server | undefined;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'reelscore-find-'));
  mkdirSync(join(dir, 'bin'));
  // The system's tools (tar, sh), without a Go or Temporal that this machine may have.
  env = { PATH: `${join(dir, 'bin')}:/usr/bin:/bin`, XDG_CACHE_HOME: join(dir, 'cache') };
  recipe = serverRecipe(env);
  progress = [];
});

afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(dir, { recursive: true, force: true });
});

function find(options: { downloadBase?: string } = NO_DOWNLOAD): Promise<string> {
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

/** Serves the tool in an archive, the way the official service does. */
async function downloadService(
  version: string,
  archiveAt = '/archive.tar.gz',
): Promise<{ base: string; asked: string[] }> {
  const source = mkdtempSync(join(dir, 'archive-'));
  program(
    join(source, 'temporal'),
    `echo "temporal version ${version} (Server 1.31.2, UI 2.50.1)"`,
  );
  execFileSync('tar', ['-czf', join(source, 'a.tar.gz'), '-C', source, 'temporal']);
  const asked: string[] = [];
  const started = createServer((request, response) => {
    asked.push(request.url ?? '');
    const { port } = started.address() as AddressInfo;
    if (request.url === '/archive') response.writeHead(302, { location: archiveAt }).end();
    else if (request.url === '/archive.tar.gz')
      response.end(readFileSync(join(source, 'a.tar.gz')));
    else {
      const archiveUrl = `http://127.0.0.1:${port}/archive`;
      response.end(JSON.stringify({ archiveUrl, fileToExtract: 'temporal' }));
    }
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return { base: `http://127.0.0.1:${(started.address() as AddressInfo).port}`, asked };
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
    const { base, asked } = await downloadService(recipe.version);
    expect(await find({ downloadBase: base })).toBe(recipe.cached);
    expect(execFileSync(recipe.cached, ['--version'], { encoding: 'utf8' })).toContain('1.8.2');
    expect(asked[0]).toMatch(
      /^\/cli\/v1\.8\.2\?platform=(linux|darwin)&arch=(amd64|arm64)&format=tar\.gz$/,
    );
    expect(readdirSync(dirname(recipe.cached))).toHaveLength(1); // neither lock nor work folder
  });

  test('of another version is not used', async () => {
    const { base } = await downloadService('1.0.0');
    await expect(find({ downloadBase: base })).rejects.toThrow(
      /official download: expected version 1\.8\.2, the download is 1\.0\.0/,
    );
    expect(existsSync(recipe.cached)).toBe(false);
  });

  test('is not followed to another protocol', async () => {
    const { base } = await downloadService(recipe.version, 'ftp://127.0.0.1/archive.tar.gz');
    await expect(find({ downloadBase: base })).rejects.toThrow(
      /official download: 127\.0\.0\.1: expected http:, was sent to ftp:/,
    );
    expect(existsSync(recipe.cached)).toBe(false);
  });
});

describe('go build', () => {
  test('builds the pinned modules into the cache, without a C compiler', async () => {
    const log = fakeGo();
    expect(await find()).toBe(recipe.cached);
    expect(readFileSync(recipe.cached, 'utf8')).toBe('built\n');
    expect(readFileSync(log, 'utf8')).toMatch(
      /workers\/temporal-server 0 build -ldflags -s -w -o \S+ github\.com\/temporalio\/cli\/cmd\/temporal\n$/,
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
  expect(message).toContain('install Go 1.21 or later');
  expect(message).toContain('set TEMPORAL_ADDRESS');
});
