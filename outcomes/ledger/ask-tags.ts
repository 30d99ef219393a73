// Asks the clips' servers which version of each clip they have.
import pLimit from 'p-limit';
import type { Clip } from '../../contract/clip.js';
import { NetError } from '../../net/errors.js';
import { discard, type GuardedFetch, type GuardedResponse } from '../../net/guarded-fetch.js';
import type { ClipTag } from './tag.js';

const CONCURRENCY = 8;
/** A server that does not answer within this time is skipped: its clips go on to validation. */
const HEADERS_TIMEOUT_MS = 10_000;
/** Consecutive failures after which a server is no longer asked, because each may take the full timeout. */
const MOST_FAILURES = 5;

const UNREACHABLE: ClipTag = { kind: 'unreachable' };

/** Answers in the order of the clips; rejects only with the signal's reason. */
export type AskTags = (clips: readonly Clip[]) => Promise<ClipTag[]>;

/** Clips with a fault are not asked about. */
export function createTagAsker(fetch: GuardedFetch, signal?: AbortSignal): AskTags {
  const limit = pLimit(CONCURRENCY);
  const failures = new Map<string, number>();

  const ask = async ({ fileLink, version, fault }: Clip): Promise<ClipTag> => {
    if (version !== undefined) return { kind: 'tag', tag: version };
    if (fault !== undefined) return UNREACHABLE;
    const { origin } = new URL(fileLink);
    const before = failures.get(origin) ?? 0;
    if (before >= MOST_FAILURES) return UNREACHABLE;
    try {
      const tag = await askServer(fetch, fileLink, signal);
      failures.delete(origin);
      return tag;
    } catch (error) {
      if (!(error instanceof NetError)) throw error;
      failures.set(origin, (failures.get(origin) ?? 0) + 1);
      return UNREACHABLE;
    }
  };
  return (clips) => Promise.all(clips.map((clip) => limit(ask, clip)));
}

/** @throws NetError, or the signal's reason */
async function askServer(
  fetch: GuardedFetch,
  link: string,
  signal: AbortSignal | undefined,
): Promise<ClipTag> {
  const request = async (method: 'HEAD' | 'GET', range: object): Promise<GuardedResponse> => {
    const response = await fetch.request(link, {
      method,
      // The ETag of the stored file is needed; a compressed response may have another one.
      headers: { 'accept-encoding': 'identity', ...range },
      headersTimeoutMs: HEADERS_TIMEOUT_MS,
      ...(signal && { signal }),
    });
    discard(response);
    return response;
  };
  const head = await request('HEAD', {});
  if (isSuccess(head)) return tagOf(head);
  // Links that are signed for GET, and some servers, refuse HEAD.
  const first = await request('GET', { range: 'bytes=0-0' });
  return isSuccess(first) ? tagOf(first) : UNREACHABLE;
}

function isSuccess({ status }: GuardedResponse): boolean {
  return status >= 200 && status < 300;
}

function tagOf(response: GuardedResponse): ClipTag {
  // A weak ETag says as much about the content.
  const etag = header(response, 'etag').replace(/^W\//, '');
  if (etag !== '') return { kind: 'tag', tag: etag };
  const modified = header(response, 'last-modified');
  const length =
    response.status === 206
      ? (/\/(\d+)$/.exec(header(response, 'content-range'))?.[1] ?? '')
      : header(response, 'content-length');
  if (modified === '' || length === '') return { kind: 'missing' };
  return { kind: 'tag', tag: `${modified} ${length}` };
}

function header({ headers }: GuardedResponse, name: string): string {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? '';
}
