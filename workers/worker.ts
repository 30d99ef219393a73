// Composes a worker: the only place that joins keys, network, store and Temporal.
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../activities/index.js';
import { callbackUrl } from '../callbacks/url.js';
import { taskQueueOf } from '../contract/names.js';
import { createMediaAnalyzer } from '../media/analyzer.js';
import { probeClip } from '../media/probe-clip.js';
import { createGuardedFetch } from '../net/guarded-fetch.js';
import { openLocalStore } from '../store/local-store.js';
import { createTomovieeClient } from '../tomoviee/client.js';
import { createErrorTable } from '../tomoviee/errors.js';
import { loadCallbackSecret } from './callback-secret.js';
import { ConfigError } from './config-error.js';
import type { ResolvedConfig } from './config.js';
import type { OpenedTemporal } from './connection.js';
import { createLogger } from './logger.js';
import { distFile } from './paths.js';
import { installRuntime } from './runtime.js';
import type { HostAlias } from '../net/guard.js';

/**
 * More activities than this at once only queue up inside the process. All of them may start eagerly,
 * with the workflow task that asks for them, instead of going through the task queue; the SDK's own
 * limit of 3 at a time cost half of the server's work.
 */
const MAX_ACTIVITIES = 100;
/** A POST under way is let finish: cut off, nobody would know whether it was accepted. */
const SHUTDOWN_GRACE = '40s';

export interface WorkerOptions {
  config: ResolvedConfig & { hostAliases?: Record<string, HostAlias> };
  temporal: Pick<OpenedTemporal, 'connection' | 'namespace'>;
}

export interface RunningWorker {
  /** Rejects if the worker dies. */
  failed: Promise<never>;
  /** Takes no more work and lets what is under way finish. */
  stop(): Promise<void>;
}

/**
 * Starts a worker for the batches of one account.
 * @throws ConfigError without vendor keys; the SDK's error if Temporal cannot be reached
 */
export async function startWorker({ config, temporal }: WorkerOptions): Promise<RunningWorker> {
  const { keys, baseUrl } = config.tomoviee;
  if (!keys) {
    throw new ConfigError([
      'TOMOVIEE_APP_KEY and TOMOVIEE_APP_SECRET: they are not set (set them, or use --simulate to try it without a vendor)',
    ]);
  }
  const vendor = createTomovieeClient({
    baseUrl,
    appKey: keys.appKey.reveal(),
    appSecret: keys.appSecret.reveal(),
    errorTable: createErrorTable(config.vendorCodes),
  });
  const fetch = createGuardedFetch({
    allowHosts: config.allowHosts,
    ...(config.hostAliases && { hostAliases: config.hostAliases }),
  });
  const analyzer = createMediaAnalyzer();
  const secret = (await loadCallbackSecret(config)).reveal();
  const { publicUrl } = config.callbacks;

  installRuntime(createLogger({ level: config.logLevel, hide: [keys.appKey, keys.appSecret] }));
  const connection = await NativeConnection.connect(temporal.connection);
  const worker = await Worker.create({
    connection,
    namespace: temporal.namespace,
    taskQueue: taskQueueOf(config.account),
    workflowBundle: { codePath: distFile('workflow-bundle.js') },
    activities: createActivities({
      openStore: openLocalStore,
      vendor,
      fetch,
      probe: (fileLink, signal) => probeClip(fileLink, { fetch, analyzer, signal }),
      callbackUrl: (target) =>
        publicUrl === undefined ? undefined : callbackUrl(publicUrl, target, secret),
    }),
    maxConcurrentActivityTaskExecutions: MAX_ACTIVITIES,
    maxEagerActivityReservationsPerWorkflowTask: MAX_ACTIVITIES,
    shutdownGraceTime: SHUTDOWN_GRACE,
  });

  const running = worker.run().finally(async () => {
    analyzer.close();
    await Promise.all([vendor.close(), fetch.close()]);
    await connection.close();
  });
  const failed = new Promise<never>((_, reject) => {
    running.catch(reject);
  });
  failed.catch(() => undefined); // whoever cares listens; nobody has to
  return {
    failed,
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await running;
    },
  };
}
