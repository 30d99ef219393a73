// Composes a worker: the only place that joins keys, network, store and Temporal.
import {
  NativeConnection,
  Worker,
  type WorkerOptions as SdkWorkerOptions,
} from '@temporalio/worker';
import {
  createActivities,
  createIntakeActivities,
  createMediaActivities,
} from '../activities/index.js';
import { Webhook } from 'standardwebhooks';
import { callbackUrl } from '../callbacks/url.js';
import { mediaQueueOf, taskQueueOf } from '../contract/names.js';
import { createMediaAnalyzer } from '../media/analyzer.js';
import { probeClip } from '../media/probe-clip.js';
import { createGuardedFetch } from '../net/guarded-fetch.js';
import { openLocalStore } from '../store/local-store.js';
import { createTomovieeClient, type TomovieeClient } from '../tomoviee/client.js';
import { createErrorTable } from '../tomoviee/errors.js';
import { loadCallbackSecret } from './callback-secret.js';
import { intakeOf } from './intake.js';
import { ConfigError } from './config-error.js';
import type { ResolvedConfig } from './config.js';
import type { OpenedTemporal } from './connection.js';
import { createLogger } from './logger.js';
import { distFile } from './paths.js';
import { installRuntime } from './runtime.js';
import type { VendorKeys } from './secret.js';
import type { Serves } from './serves.js';
import type { HostAlias } from '../net/guard.js';

/**
 * More activities than this at once only queue up inside the process. All of them may start eagerly,
 * with the workflow task that asks for them, instead of going through the task queue; the SDK's own
 * limit of 3 at a time cost half of the server's work.
 */
const MAX_ACTIVITIES = 100;
/** Pages of 25 clips, each looking into several clips at once. */
const MAX_PAGES = 8;
/** A POST under way is let finish: cut off, nobody would know whether it was accepted. */
const SHUTDOWN_GRACE = '40s' as const;

export interface WorkerOptions {
  config: ResolvedConfig & { hostAliases?: Record<string, HostAlias> };
  /** Notifications link to the web UI where `uiUrl` tells it. */
  temporal: Pick<OpenedTemporal, 'connection' | 'namespace'> & Partial<OpenedTemporal>;
  /** `probing`: looks into clips and nothing else; `scoring`: all but that. Default: `all`. */
  serves?: Serves;
}

export interface RunningWorker {
  /** Rejects if the worker dies. */
  failed: Promise<never>;
  /** Takes no more work and lets what is under way finish. */
  stop(): Promise<void>;
}

/**
 * Starts a worker for the batches of one account.
 * @throws ConfigError without vendor keys (`probing` needs none); the SDK's error if Temporal cannot
 *   be reached
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { config, temporal, serves = 'all' } = options;
  const { keys } = config.tomoviee;
  if (serves !== 'probing') needKeys(config);
  const signing = config.notifications.secret;
  const header = config.manifestHeader?.value;
  const secrets = [keys?.appKey, keys?.appSecret, signing, header].filter(
    (one) => one !== undefined,
  );
  const media = openMedia(config);
  const probing = serves === 'scoring' ? undefined : createProbing(config, media);

  installRuntime(createLogger({ level: config.logLevel, hide: secrets }));
  const connection = await NativeConnection.connect(temporal.connection);
  const scoring =
    serves === 'probing' ? undefined : await createScoring(options, connection, media);
  const common = { connection, namespace: temporal.namespace, shutdownGraceTime: SHUTDOWN_GRACE };
  const workers = await Promise.all(
    [scoring?.worker, probing].flatMap((part) =>
      part ? [Worker.create({ ...common, ...part })] : [],
    ),
  );
  const shutDown = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  // If one of them dies, the other has to stop before the connection can close.
  const runs = workers.map((worker) => worker.run().finally(shutDown));
  const running = Promise.allSettled(runs).then(async () => {
    await Promise.all([scoring?.vendor.close(), media.close()]);
    await connection.close();
    await Promise.all(runs);
  });
  const failed = new Promise<never>((_, reject) => {
    running.catch(reject);
  });
  failed.catch(() => undefined); // whoever cares listens; nobody has to
  return {
    failed,
    async stop() {
      shutDown();
      await running;
    },
  };
}

type Part = Omit<SdkWorkerOptions, 'connection' | 'namespace' | 'shutdownGraceTime'>;

async function createScoring(
  { config, temporal }: WorkerOptions,
  connection: NativeConnection,
  media: Media,
): Promise<{ worker: Part; vendor: TomovieeClient }> {
  const { baseUrl } = config.tomoviee;
  const keys = needKeys(config);
  const vendor = createTomovieeClient({
    baseUrl,
    appKey: keys.appKey.reveal(),
    appSecret: keys.appSecret.reveal(),
    errorTable: createErrorTable(config.vendorCodes),
  });
  const secret = (await loadCallbackSecret(config)).reveal();
  const { publicUrl } = config.callbacks;
  const signing = config.notifications.secret;
  return {
    vendor,
    worker: {
      taskQueue: taskQueueOf(config.account),
      workflowBundle: { codePath: distFile('workflow-bundle.js') },
      activities: {
        ...createActivities({
          openStore: openLocalStore,
          vendor,
          ...media,
          callbackUrl: (target) =>
            publicUrl === undefined ? undefined : callbackUrl(publicUrl, target, secret),
          ...(signing && { webhook: new Webhook(signing.reveal()) }),
          ...(temporal.uiUrl && { uiUrl: temporal.uiUrl }),
        }),
        ...createIntakeActivities(intakeOf(config, temporal, connection)),
      },
      maxConcurrentActivityTaskExecutions: MAX_ACTIVITIES,
      maxEagerActivityReservationsPerWorkflowTask: MAX_ACTIVITIES,
    },
  };
}

function needKeys({ tomoviee: { keys } }: WorkerOptions['config']): VendorKeys {
  if (keys) return keys;
  throw new ConfigError([
    'TOMOVIEE_APP_KEY and TOMOVIEE_APP_SECRET: they are not set (set them, or use --simulate to try it without a vendor)',
  ]);
}

function createProbing({ account }: WorkerOptions['config'], media: Media): Part {
  return {
    taskQueue: mediaQueueOf(taskQueueOf(account)),
    activities: createMediaActivities({ openStore: openLocalStore, ...media }),
    maxConcurrentActivityTaskExecutions: MAX_PAGES,
  };
}

type Media = ReturnType<typeof openMedia>;

/** What fetches clips and soundtracks. */
function openMedia({ allowHosts, hostAliases }: WorkerOptions['config']) {
  const fetch = createGuardedFetch({ allowHosts, ...(hostAliases && { hostAliases }) });
  const analyzer = createMediaAnalyzer();
  return {
    fetch,
    probe: (fileLink: string, signal: AbortSignal) =>
      probeClip(fileLink, { fetch, analyzer, signal }),
    close: async () => {
      analyzer.close();
      await fetch.close();
    },
  };
}
