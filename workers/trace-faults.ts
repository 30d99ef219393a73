import type { Logger } from 'pino';
import type { TemporalServer } from '../temporal/connection.js';

/** Logs when spans cannot be sent. */
export function tellOfTraces({ traces }: Pick<TemporalServer, 'traces'>, logger: Logger): void {
  traces?.onFault((error) => {
    const err = error instanceof Error ? error.message : 'no answer';
    logger.warn(
      { err },
      'traces: spans cannot be sent; they are dropped until the collector takes them',
    );
  });
}
