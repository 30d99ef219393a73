import { pino, type DestinationStream, type Logger } from 'pino';
import { cleaner } from '../tomoviee/scrub.js';
import type { LogLevel } from '../config/config.js';
import type { Secret } from '../config/secret.js';

export interface LoggerOptions {
  level: LogLevel;
  /** Default: stderr, as stdout belongs to what commands print. */
  destination?: DestinationStream;
  /** Values that must not be logged, wherever they turn up. */
  hide?: readonly Secret[];
}

/**
 * A logger of JSON lines. Each line is cleaned as a whole just before it is written, so that no
 * nesting, error text, child logger or encoding leads around it (pino's `redact` knows top-level paths
 * only): queries and tokens of URLs, Basic authentication, callback MACs, and the values to hide.
 */
export function createLogger({ level, destination, hide = [] }: LoggerOptions): Logger {
  const clean = cleaner(hide.map((secret) => secret.reveal()));
  const serializers = { error: pino.stdSerializers.err }; // where the SDK and workflows have theirs
  return pino(
    { level, base: { pid: process.pid }, serializers, hooks: { streamWrite: clean } },
    destination ?? pino.destination({ dest: 2, sync: true }),
  );
}
