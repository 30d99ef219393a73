// Composes the callback receiver.
import { Connection } from '@temporalio/client';
import { storesOf } from '../intake/network.js';
import { addClipRoute } from '../tomoviee/serving/clip-route.js';
import { startReceiver } from '../tomoviee/callbacks/receiver.js';
import { countCallback, countingSignals } from './callback-metrics.js';
import { callbackSpans } from './callback-spans.js';
import { callbackWaits } from './callback-wait.js';
import { servedClips } from './served-clips.js';
import { signalBatch } from './signal-batch.js';
import { loadCallbackSecret } from '../config/callback-secret.js';
import type { ResolvedConfig } from '../config/config.js';
import type { TemporalServer } from '../temporal/connection.js';
import { clientOf } from '../temporal/client-of.js';
import { createLogger } from './logger.js';
import { tellOfTraces } from './trace-faults.js';
import { openConnection } from './open-connection.js';

/** Load balancers give up after some seconds. */
const HEALTH_DEADLINE_MS = 2000;

export interface RunningReceiver {
  port: number;
  close(): Promise<void>;
}

/**
 * Starts the receiver at `config.callbacks.listen`.
 * @param alone no worker runs in this process, which gives metrics if `config.metricsListen` says where
 * @throws ConfigError if something else listens where metrics are given; Error if it cannot listen, or Temporal cannot be reached
 */
export async function startCallbackReceiver({
  config,
  temporal,
  alone = false,
}: {
  config: Pick<ResolvedConfig, 'home' | 'callbacks' | 'logLevel' | 'metricsListen' | 's3Endpoint'>;
  temporal: TemporalServer;
  alone?: boolean;
}): Promise<RunningReceiver> {
  const secret = await loadCallbackSecret(config);
  const logger = createLogger({ level: config.logLevel, hide: [secret] });
  if (alone && config.metricsListen) {
    const { installRuntime } = await import('./runtime.js'); // the SDK's worker costs memory
    installRuntime(logger, config.metricsListen);
  }
  const connection = await openConnection(temporal, logger, (how) => Connection.connect(how));
  const client = clientOf(connection, temporal);
  tellOfTraces(temporal, logger);
  const openClip = servedClips(client, storesOf(config));
  try {
    const receiver = await startReceiver({
      listen: config.callbacks.listen,
      secret: secret.reveal(),
      deliver: countingSignals(signalBatch(client)),
      waitOf: callbackWaits(client),
      onAnswered: countCallback,
      ...(temporal.traces && { around: callbackSpans(client, temporal.traces) }),
      checkHealth: async () => {
        await connection.withDeadline(Date.now() + HEALTH_DEADLINE_MS, () =>
          connection.workflowService.getSystemInfo({}),
        );
      },
      logger,
      addRoutes: (app) => addClipRoute(app, { secret: secret.reveal(), openClip, logger }),
    });
    return {
      port: receiver.port,
      async close() {
        await receiver.close();
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
