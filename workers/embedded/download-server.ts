// The official download, by the address the Temporal SDKs fetch their own development server from.
import { createWriteStream } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import { z } from 'zod';
import { runTool } from './run-tool.js';
import { toolVersion } from './server-version.js';

export const DOWNLOAD_BASE = 'https://temporal.download';

/** In a network without a way out this must not hold up `go build` for long. */
const CONNECT_TIMEOUT_MS = 4_000;
/** Between two pieces of an answer. */
const STALL_TIMEOUT_MS = 15_000;
const MAX_REDIRECTIONS = 5;

const infoSchema = z.object({ archiveUrl: z.url(), fileToExtract: z.string().regex(/^[\w./-]+$/) });

/** The names the download service has for Node's platforms and architectures. */
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
  /** Base URL of the download service. */
  base: string;
}

/**
 * Downloads and unpacks the `temporal` tool; returns its path. Needs tar on PATH. The service offers
 * no checksum, so what is checked is the transport (HTTPS at every step), the archive (by tar) and
 * the version that the tool prints.
 */
export async function downloadServer(options: DownloadOptions): Promise<string> {
  const { version, workDir, base } = options;
  const [platform, arch] = [PLATFORMS[process.platform], ARCHITECTURES[process.arch]];
  if (platform === undefined || arch === undefined) {
    throw new Error(`there is no official download for ${process.platform} ${process.arch}`);
  }
  const agent = new EnvHttpProxyAgent({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: STALL_TIMEOUT_MS,
    bodyTimeout: STALL_TIMEOUT_MS,
  });
  try {
    const query = new URLSearchParams({ platform, arch, format: 'tar.gz' }).toString();
    const page = new URL(`/cli/v${version}?${query}`, base);
    const info = infoSchema.parse(await json(await get(page, page.protocol, agent)));
    const archive = join(workDir, 'temporal.tar.gz');
    const body = await get(new URL(info.archiveUrl), page.protocol, agent);
    await pipeline(body, createWriteStream(archive));
    return await unpack(archive, info.fileToExtract, version);
  } finally {
    await agent.destroy();
  }
}

/** Follows redirections; throws on any other answer than 200, and on any step by another protocol. */
async function get(start: URL, protocol: string, dispatcher: Dispatcher): Promise<Readable> {
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

async function unpack(archive: string, file: string, version: string): Promise<string> {
  const dir = dirname(archive);
  await runTool('tar', ['-xzf', archive, '-C', dir, file]);
  const binary = join(dir, file);
  await chmod(binary, 0o755);
  const { tool } = await toolVersion(binary);
  if (tool !== version) throw new Error(`expected version ${version}, the download is ${tool}`);
  return binary;
}
