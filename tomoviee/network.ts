// Names network faults, from the error codes of Node and undici.
import type { TableCode } from './errors.js';

type NetworkCode = Extract<TableCode, `network_${string}`>;

const BY_ERROR_CODE = new Map<string, NetworkCode>([
  ['ECONNREFUSED', 'network_refused'],
  ['ENOTFOUND', 'network_dns'],
  ['EAI_AGAIN', 'network_dns'],
  ['EHOSTUNREACH', 'network_unreachable'],
  ['ENETUNREACH', 'network_unreachable'],
  ['EADDRNOTAVAIL', 'network_unreachable'],
  ['ETIMEDOUT', 'network_timeout'],
  ['UND_ERR_CONNECT_TIMEOUT', 'network_timeout'],
  ['UND_ERR_HEADERS_TIMEOUT', 'network_timeout'],
  ['UND_ERR_BODY_TIMEOUT', 'network_timeout'],
  ['ECONNRESET', 'network_reset'],
  ['EPIPE', 'network_reset'],
  ['UND_ERR_SOCKET', 'network_reset'],
  ['EPROTO', 'network_tls'],
  ['HOSTNAME_MISMATCH', 'network_tls'],
]);

/** OpenSSL's verification results and Node's TLS errors come as families of codes. */
const TLS_ERROR = /^(CERT_|CRL_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/;

/** The code of a failure below HTTP, and Node's own name for it. */
export function networkCodeOf(error: Error): { code: NetworkCode; detail: string } {
  if (error.name === 'TimeoutError') return { code: 'network_timeout', detail: 'timeout' };
  const detail = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return {
    code: BY_ERROR_CODE.get(detail) ?? (TLS_ERROR.test(detail) ? 'network_tls' : 'network_error'),
    detail,
  };
}
