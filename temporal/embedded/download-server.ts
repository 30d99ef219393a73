// The official release of the `temporal` tool, taken only if it is the very archive whose SHA-256 is pinned in
// temporal/embedded/server/SHA256SUMS.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import { runTool } from './run-tool.js';
import { toolVersion } from './server-version.js';
import { toolEnv } from '../../config/tool-env.js';

/** Where Temporal publishes them; a folder a version. */
export const DOWNLOAD_BASE = 'https://github.com/temporalio/cli/releases/download';

/** In a network without a way out this must not hold up `go build` for long. */
const CONNECT_TIMEOUT_MS = 4_000;
/** Between two pieces of an answer. */
const STALL_TIMEOUT_MS = 15_000;
const MAX_REDIRECTIONS = 5;
/** The archives have some 55 MB; whatever is larger is none of them. */
const MAX_ARCHIVE_BYTES = 200 * 1024 * 1024;
/** What is taken out of the archive. */
const TOOL = 'temporal';

/** How the releases call Node's platforms and architectures. */
const PLATFORMS: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin' };
const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
};

export interface DownloadOptions {
  /** Such as `1.8.2`. */
  version: string;
  /** An empty folder of the caller's, where the work is done. */
  workDir: string;
  /** Base URL of the releases. */
  base: string;
  /** SHA-256 in hex by the name of an archive. */
  sums: ReadonlyMap<string, string>;
  env: NodeJS.ProcessEnv;
}

/**
 * Downloads and unpacks the `temporal` tool; returns its path. Needs tar on PATH. Nothing is unpacked, let
 * alone run, before the archive has been found to be the pinned one.
 */
export async function downloadServer(options: DownloadOptions): Promise<string> {
  const { version, workDir, base, sums, env } = options;
  const name = archiveName(version);
  const sum = name === undefined ? undefined : sums.get(name);
  if (name === undefined || sum === undefined) {
    throw new Error(`there is no pinned download for ${process.platform} ${process.arch}`);
  }
  const agent = new EnvHttpProxyAgent({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: STALL_TIMEOUT_MS,
    bodyTimeout: STALL_TIMEOUT_MS,
  });
  try {
    const archive = join(workDir, name);
    const body = await get(new URL(`${base}/v${version}/${name}`), agent);
    const found = await save(body, archive);
    if (found !== sum) {
      throw new Error(`${name} is not the pinned archive: its SHA-256 is ${found}, not ${sum}`);
    }
    return await unpack(archive, version, env);
  } finally {
    await agent.destroy();
  }
}

/** Of the release for this machine; undefined if there is none. */
export function archiveName(version: string): string | undefined {
  const [platform, arch] = [PLATFORMS[process.platform], ARCHITECTURES[process.arch]];
  if (platform === undefined || arch === undefined) return undefined;
  return `temporal_cli_${version}_${platform}_${arch}.tar.gz`;
}

/** Follows redirections; throws on any other answer than 200, and on any step by another protocol. */
async function get(start: URL, dispatcher: Dispatcher): Promise<Readable> {
  const { protocol } = start;
  let url = start;
  for (let step = 0; step <= MAX_REDIRECTIONS; step += 1) {
    if (url.protocol !== protocol) {
      throw new Error(`${url.host}: expected ${protocol}, was sent to ${url.protocol}`);
    }
    const { statusCode, headers, body } = await request(url, { dispatcher });
    if (statusCode === 200) return body;
    await body.dump();
    const { location } = headers;
    if (statusCode < 300 || statusCode > 399 || typeof location !== 'string') {
      throw new Error(`${url.host} answered HTTP ${statusCode}`);
    }
    url = new URL(location, url);
  }
  throw new Error(`${start.host}: more than ${MAX_REDIRECTIONS} redirections`);
}

/** Returns the SHA-256 of what was written, in hex. */
async function save(body: Readable, file: string): Promise<string> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(
    body,
    async function* (pieces: AsyncIterable<Buffer>) {
      for await (const piece of pieces) {
        bytes += piece.length;
        if (bytes > MAX_ARCHIVE_BYTES) throw new Error('the download is larger than any release');
        hash.update(piece);
        yield piece;
      }
    },
    createWriteStream(file),
  );
  return hash.digest('hex');
}

async function unpack(archive: string, version: string, env: NodeJS.ProcessEnv): Promise<string> {
  const dir = dirname(archive);
  await runTool('tar', ['-xzf', archive, '-C', dir, TOOL], { env: toolEnv(env) });
  const binary = join(dir, TOOL);
  await chmod(binary, 0o755);
  const { tool } = await toolVersion(binary, env);
  if (tool !== version) throw new Error(`expected version ${version}, the download is ${tool}`);
  return binary;
}
