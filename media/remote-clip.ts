// Opens a clip on a server: the first request tells whether it is there, how large it is, and
// whether parts of it can be had.
import { discard, type GuardedFetch, type GuardedResponse } from '../net/guarded-fetch.js';
import { retryAfterMs } from '../net/retry-after.js';
import { printableUrl } from '../net/urls.js';
import { BLOCK_BYTES, rangedBlocks, readAtMost, sequentialBlocks, type Blocks } from './blocks.js';
import type { ProbeBounds } from './limits.js';
import type { OpenedClip } from './opened-clip.js';

/** The server answered, but not with the clip. */
export class ClipStatusError extends Error {
  override readonly name = 'ClipStatusError';
  constructor(
    readonly status: number,
    message: string,
    /** From a Retry-After header. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

export interface OpenClipDeps {
  fetch: GuardedFetch;
  bounds: ProbeBounds;
  signal: AbortSignal;
}

function header({ headers }: GuardedResponse, name: string): string {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

function statusError(response: GuardedResponse): ClipStatusError {
  const message = `${printableUrl(new URL(response.url))}: HTTP ${response.status}`;
  return new ClipStatusError(
    response.status,
    message,
    retryAfterMs(response.headers['retry-after']),
  );
}

function contentLength(response: GuardedResponse): number | undefined {
  const text = header(response, 'content-length');
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

interface Part {
  start: number;
  /** Of the whole file; undefined if the server does not tell. */
  total?: number;
}

function contentRange(response: GuardedResponse): Part | undefined {
  const match = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15}|\*)$/.exec(
    header(response, 'content-range'),
  );
  if (match === null) return undefined;
  const start = Number(match[1]);
  return match[2] === '*' ? { start } : { start, total: Number(match[2]) };
}

/** Nothing can be read: for answers whose bytes are not the file's. */
const NO_BLOCKS: Blocks = {
  seekable: false,
  block: () => Promise.resolve(undefined),
  bytes: () => Promise.resolve(undefined),
  close: () => undefined,
};

/**
 * @throws ClipStatusError for a status other than success, NetError for a failed request, the
 *   signal's reason when it is aborted
 */
export async function openClip(link: string, deps: OpenClipDeps): Promise<OpenedClip> {
  const { fetch, bounds, signal } = deps;
  const { headersTimeoutMs, bodyTimeoutMs } = bounds;

  function ask(method: 'GET' | 'HEAD', range?: string): Promise<GuardedResponse> {
    // Bytes as they lie in the file, not packed for the way.
    const headers = { 'accept-encoding': 'identity', ...(range !== undefined && { range }) };
    return fetch.request(link, { method, headers, signal, headersTimeoutMs, bodyTimeoutMs });
  }

  async function sizeByHead(): Promise<number | undefined> {
    const response = await ask('HEAD');
    discard(response);
    return response.status === 200 ? contentLength(response) : undefined;
  }

  const response = await ask('GET', `bytes=0-${BLOCK_BYTES - 1}`);
  const contentType = header(response, 'content-type');
  const opened = (blocks: Blocks, sizeBytes: number | undefined): OpenedClip => ({
    blocks,
    contentType,
    ...(sizeBytes !== undefined && { sizeBytes }),
  });

  if (response.status === 416 && header(response, 'content-range') === 'bytes */0') {
    discard(response);
    return opened(NO_BLOCKS, 0);
  }
  if (response.status !== 200 && response.status !== 206) {
    discard(response);
    throw statusError(response);
  }
  if (!/^(identity)?$/i.test(header(response, 'content-encoding'))) {
    discard(response);
    return opened(NO_BLOCKS, undefined);
  }
  if (response.status === 200) {
    const blocks = sequentialBlocks(response.body, bounds.maxReadBytes);
    return opened(blocks, contentLength(response) ?? (await sizeByHead()));
  }

  const part = contentRange(response);
  if (part?.start !== 0) {
    discard(response);
    return opened(NO_BLOCKS, undefined);
  }
  const total = part.total ?? (await sizeByHead());
  const most = Math.min(BLOCK_BYTES, total ?? BLOCK_BYTES);
  const first = await readAtMost(response.body, most, contentLength(response) === most);

  async function fetchPart(offset: number, length: number): Promise<Uint8Array | undefined> {
    const answer = await ask('GET', `bytes=${offset}-${offset + length - 1}`);
    const given = answer.status === 206 ? contentRange(answer) : undefined;
    if (given?.start !== offset || given.total !== part?.total) {
      discard(answer);
      if (answer.status === 416) return new Uint8Array(0);
      if (answer.status >= 400) throw statusError(answer);
      return undefined;
    }
    return readAtMost(answer.body, length, contentLength(answer) === length);
  }

  const { maxReadBytes: maxBytes, maxRequests } = bounds;
  return opened(rangedBlocks(first, total, fetchPart, { maxBytes, maxRequests }), total);
}
