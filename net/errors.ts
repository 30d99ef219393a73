// What can go wrong between here and a server, with a stable code for each.
import { errors } from 'undici';
import { printableUrl } from './urls.js';

/** Codes of this folder and what they mean; docs/errors.md must list the same. */
export const NET_CODES = {
  link_invalid: 'The link is not an http or https URL.',
  address_blocked: 'The host is, or resolves to, an address that may not be reached.',
  redirect_refused: 'The server redirects to something that is not an http or https URL.',
  redirect_insecure: 'The server redirects from https to plain http.',
  too_many_redirects: 'The server redirects more often than is followed.',
  host_not_found: 'The host name has no address, or the name service did not answer.',
  connect_failed: 'No connection to the server came about.',
  tls_failed: 'The TLS handshake or the certificate of the server failed.',
  timeout: 'The server did not connect, answer or go on sending in time.',
  connection_lost: 'The connection broke before the answer was complete.',
  bad_response: 'The answer is not valid HTTP.',
} as const;

export type NetCode = keyof typeof NET_CODES;

/** Trying the same again may help with these. */
const RETRYABLE: ReadonlySet<NetCode> = new Set<NetCode>([
  'host_not_found',
  'connect_failed',
  'timeout',
  'connection_lost',
  'bad_response',
]);

/** A failed request. Its message names host and path, never query or credentials. */
export class NetError extends Error {
  override readonly name: string = 'NetError';
  readonly retryable: boolean;

  constructor(
    readonly code: NetCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.retryable = RETRYABLE.has(code);
  }
}

/** The host is at an address that the guard refuses. Nothing was sent to it. */
export class BlockedAddressError extends NetError {
  override readonly name = 'BlockedAddressError';

  /**
   * @param host host of the URL
   * @param address the refused address, one of those the host resolves to
   * @param range why it is refused, such as `loopback`
   */
  constructor(
    readonly host: string,
    readonly address: string,
    readonly range: string,
  ) {
    const where = host === address ? host : `${host} is at ${address}, which`;
    super(
      'address_blocked',
      `${where} is refused (${range} address; if it is meant, add ${host} to REELSCORE_ALLOW_HOSTS)`,
    );
  }
}

const SYSTEM_CODES: Readonly<Record<string, NetCode>> = {
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
  ENOTFOUND: 'host_not_found',
  ENODATA: 'host_not_found',
  ECONNREFUSED: 'connect_failed',
  EHOSTUNREACH: 'connect_failed',
  ENETUNREACH: 'connect_failed',
  EADDRNOTAVAIL: 'connect_failed',
  EPROTO: 'tls_failed',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls_failed',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls_failed',
  UND_ERR_HEADERS_OVERFLOW: 'bad_response',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'bad_response',
};

const CODE_PREFIXES: readonly (readonly [string, NetCode])[] = [
  ['EAI_', 'host_not_found'],
  ['ERR_TLS_', 'tls_failed'],
  ['ERR_SSL_', 'tls_failed'],
  ['CERT_', 'tls_failed'],
  ['UNABLE_TO_', 'tls_failed'],
];

function codeOf(error: unknown): NetCode {
  if (error instanceof errors.HTTPParserError) return 'bad_response';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return (
    SYSTEM_CODES[code] ??
    CODE_PREFIXES.find(([prefix]) => code.startsWith(prefix))?.[1] ??
    'connection_lost'
  );
}

/**
 * The failure of a request or of its body in this folder's terms. An aborted signal's own reason
 * and errors that are already ours pass unchanged.
 */
export function toNetError(error: unknown, url: URL, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof NetError) return error;
  const detail = error instanceof Error && error.message !== '' ? error.message : String(error);
  return new NetError(codeOf(error), `${printableUrl(url)}: ${detail}`, { cause: error });
}
