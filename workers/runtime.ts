import { makeTelemetryFilterString, Runtime, type LogMetadata } from '@temporalio/worker';
import type { Logger } from 'pino';
import { withFewCoreThreads } from './core-threads.js';
import { collectEarly } from './heap.js';
import { tidied } from './sdk-log.js';

let installed = false;

/**
 * Sets up what the workers of a process share: what the SDK, its native core and the workflows log goes
 * to our logger, and memory is kept small. The first call counts.
 */
export function installRuntime(logger: Logger): void {
  if (installed) return;
  installed = true;
  const write =
    (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') =>
    (text: string, given: LogMetadata = {}): void => {
      const line = tidied({ level, message: text, meta: given });
      logger[line.level](line.meta, line.message);
    };
  const levels = {
    trace: write('trace'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
  collectEarly();
  withFewCoreThreads(() => {
    Runtime.install({
      logger: {
        ...levels,
        log: (level, message, meta) =>
          levels[level.toLowerCase() as keyof typeof levels](message, meta),
      },
      telemetryOptions: {
        logging: {
          forward: {},
          filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }),
        },
      },
      shutdownSignals: [], // the command line decides what a signal means
    });
  });
}
