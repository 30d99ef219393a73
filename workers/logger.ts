import { pino, type DestinationStream, type Logger } from 'pino';
import { hider, hideUrlSecrets } from '../tomoviee/scrub.js';
import type { LogLevel } from '../config/config.js';
import type { Secret } from '../config/secret.js';

export interface LoggerOptions {
  level: LogLevel;
  /** Default: stderr, as stdout belongs to what commands print. */
  destination?: DestinationStream;
  /** Values that must not be logged, wherever they turn up. */
  hide?: readonly Secret[];
}

const BASIC_AUTH = /\bBasic [A-Za-z0-9+/]{8,}={0,2}/g;
/** The MAC of a callback path (`CALLBACK_ROUTE`), also where it stands without a host. */
const CALLBACK_MAC = /(\/callbacks\/(?:[^\s"'\\/]+\/){4})[^\s"'\\/]+/g;

/**
 * A logger of JSON lines. Each line is cleaned as a whole just before it is written, so that no
 * nesting, error text, child logger or encoding leads around it (pino's `redact` knows top-level paths
 * only): queries and tokens of URLs, Basic authentication, callback MACs, and the values to hide.
 */
export function createLogger({ level, destination, hide = [] }: LoggerOptions): Logger {
  // Shorter values are no secrets, and hiding them would garble the lines.
  const values = hide.map((secret) => secret.reveal()).filter((value) => value.length >= 4);
  const hideValues = hider(values);

  const clean = (line: string): string =>
    hideUrlSecrets(hideValues(line))
      .replace(CALLBACK_MAC, '$1[hidden]')
      .replace(BASIC_AUTH, 'Basic [hidden]');

  const serializers = { error: pino.stdSerializers.err }; // where the SDK and workflows have theirs
  return pino(
    { level, base: { pid: process.pid }, serializers, hooks: { streamWrite: clean } },
    destination ?? pino.destination({ dest: 2, sync: true }),
  );
}
