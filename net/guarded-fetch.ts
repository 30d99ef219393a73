// HTTP for links that come from outside: clips to probe, results to download, receivers of
// notifications. Owns the connections. Environment variables that name a proxy are ignored: a proxy would connect to
// addresses that have not been checked.
import { PassThrough, type Readable } from 'node:stream';
import { Agent, Pool } from 'undici';
import { NetError, toNetError } from './errors.js';
import { createGuard, type HostAlias, type Resolve } from './guard.js';
import {
  basicAuthorization,
  headersForHop,
  isRedirect,
  parseLink,
  redirectTarget,
  type RequestHeaders,
} from './links.js';
import { printableUrl } from './urls.js';

const MAX_REDIRECTS = 5;
const MAX_DISCARDED_BYTES = 16_384;
const DISCARD_TIMEOUT_MS = 1_000;

export interface GuardedFetchOptions {
  /** Entries of REELSCORE_ALLOW_HOSTS; see `readAllowList` for what they match. */
  allowHosts?: readonly string[];
  /** Host names (lower case) with a fixed address, which are thereby allowed. */
  hostAliases?: Readonly<Record<string, HostAlias>>;
  /** Time for look-up, TCP and TLS together; default 10 s. */
  connectTimeoutMs?: number;
  /** Default: the system's resolver. */
  resolve?: Resolve;
}

export interface GuardedRequest {
  /** Default GET. The answer to a POST comes as it is: a redirect is not followed. */
  method?: 'GET' | 'HEAD' | 'POST';
  headers?: RequestHeaders;
  /** Of a POST. */
  body?: string;
  /** Ends the request and its body; the rejection is then the signal's reason. */
  signal?: AbortSignal;
  /** Time until the headers of each hop are there; default 15 s. */
  headersTimeoutMs?: number;
  /** Longest silence within the body; default 30 s. */
  bodyTimeoutMs?: number;
}

export interface GuardedResponse {
  status: number;
  /** Names in lower case; a repeated header is an array. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** After redirects; without credentials. */
  url: string;
  /** Read it to its end or destroy it. Fails with NetError, or with the signal's reason. */
  body: Readable;
}

export interface GuardedFetch {
  /**
   * @param link an http or https URL; credentials in it are sent to its own origin only
   * @throws NetError; BlockedAddressError for a refused address, on the first or any later hop
   */
  request(link: string | URL, options?: GuardedRequest): Promise<GuardedResponse>;
  /** Ends every connection, requests under way included. */
  close(): Promise<void>;
}

const ignore = (): void => undefined;

/** Gives the body our own errors, and never an unhandled one. */
function guardBody(source: Readable, url: URL, signal: AbortSignal | undefined): Readable {
  const body = new PassThrough();
  body.on('error', ignore);
  source.on('error', (error) => body.destroy(toNetError(error, url, signal) as Error));
  body.on('close', () => source.destroy());
  return source.pipe(body);
}

/**
 * Discards the body of an answer. A small one is drained, so that its connection can be reused.
 */
export function discard({ body, headers }: Pick<GuardedResponse, 'body' | 'headers'>): void {
  if (Number(headers['content-length'] ?? Infinity) > MAX_DISCARDED_BYTES) {
    body.destroy();
    return;
  }
  const timer = setTimeout(() => body.destroy(), DISCARD_TIMEOUT_MS);
  body.once('close', () => clearTimeout(timer)).resume();
}

/**
 * HTTP that reaches only public addresses, except for what is allowed. Checks each redirect hop and
 * each address at connect time. Connections are kept alive and shared by all requests to an origin.
 *
 * @throws Error if an entry of `allowHosts` cannot be read
 */
export function createGuardedFetch(options: GuardedFetchOptions = {}): GuardedFetch {
  const guard = createGuard({ ...options, connectTimeoutMs: options.connectTimeoutMs ?? 10_000 });
  const agent = new Agent({
    factory: (origin) => new Pool(origin, { connect: guard.connectorFor(new URL(origin)) }),
  });

  async function send(
    url: URL,
    headers: RequestHeaders,
    request: GuardedRequest,
  ): Promise<GuardedResponse> {
    try {
      const response = await agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method ?? 'GET',
        headers: { ...headers },
        body: request.body ?? null,
        signal: request.signal ?? null,
        headersTimeout: request.headersTimeoutMs ?? 15_000,
        bodyTimeout: request.bodyTimeoutMs ?? 30_000,
      });
      const body = guardBody(response.body, url, request.signal);
      const shown = url.origin + url.pathname + url.search;
      return { status: response.statusCode, headers: response.headers, url: shown, body };
    } catch (error) {
      throw toNetError(error, url, request.signal);
    }
  }

  async function request(link: string | URL, wish: GuardedRequest = {}): Promise<GuardedResponse> {
    const first = parseLink(link);
    let headers: RequestHeaders = { ...basicAuthorization(first), ...wish.headers };
    let url = first;
    for (let hops = 0; ; hops += 1) {
      guard.checkLiteral(url);
      const response = await send(url, headers, wish);
      const { location } = response.headers;
      const leads = isRedirect(response.status) && typeof location === 'string';
      if (!leads || wish.method === 'POST') return response;
      discard(response);
      if (hops === MAX_REDIRECTS) {
        throw new NetError(
          'too_many_redirects',
          `${printableUrl(first)}: redirects more than ${MAX_REDIRECTS} times (use the final link)`,
        );
      }
      const next = redirectTarget(url, location);
      headers = headersForHop(headers, url, next);
      url = next;
    }
  }

  return { request, close: () => agent.destroy() };
}
