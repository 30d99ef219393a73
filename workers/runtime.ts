import { makeTelemetryFilterString, Runtime, type LogMetadata } from '@temporalio/worker';
import type { Logger } from 'pino';
import { BUCKETS, countWith } from '../activities/meter.js';
import { ConfigError } from '../config/config-error.js';
import type { Listen } from '../config/setting-values.js';
import { withFewCoreThreads } from './core-threads.js';
import { collectEarly } from './heap.js';
import { tidied } from './sdk-log.js';

let installed = false;

/**
 * Sets up what the workers of a process share: what the SDK, its native core and the workflows log goes
 * to our logger, metrics are given to Prometheus, and memory is kept small. The first call counts.
 * @param metrics where metrics are given; undefined: nowhere
 * @throws ConfigError if something else listens there
 */
export function installRuntime(logger: Logger, metrics?: Listen): void {
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
  const prometheus = metrics && {
    bindAddress: metrics.host.includes(':')
      ? `[${metrics.host}]:${metrics.port}`
      : `${metrics.host}:${metrics.port}`,
    ...{ countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true },
    histogramBucketOverrides: BUCKETS,
  };
  withFewCoreThreads(() => {
    try {
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
          ...(prometheus && { metrics: { prometheus } }),
        },
        shutdownSignals: [], // the command line decides what a signal means
      });
      if (prometheus) countWith(Runtime.instance().metricMeter);
    } catch (cause) {
      installed = false;
      if (!prometheus) throw cause;
      const fault = `REELSCORE_METRICS_LISTEN: metrics cannot be given at ${prometheus.bindAddress} (end what listens there, or name another port)`;
      throw new ConfigError([fault], { cause });
    }
  });
}
