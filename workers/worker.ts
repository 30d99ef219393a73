// Composes a worker: the only place that joins keys, network, store and Temporal.
import {
  NativeConnection,
  Worker,
  type WorkerOptions as SdkWorkerOptions,
} from '@temporalio/worker';
import { availableParallelism } from 'node:os';
import { ENVIRONMENT } from '../config/environment.js';
import {
  createActivities,
  createIntakeActivities,
  createMediaActivities,
  createMixActivities,
} from '../activities/index.js';
import { DOWNLOAD_LIMITS } from '../activities/download-limits.js';
import { Webhook } from 'standardwebhooks';
import { priceText } from '../config/setting-values.js';
import type { CallbackTarget } from '../contract/callback.js';
import { costOf } from '../contract/cost.js';
import {
  createClipDelivery,
  type ClipDelivery,
  type DeliveryOptions,
} from '../activities/clip-delivery.js';
import { callbackUrl } from '../tomoviee/callbacks/url.js';
import { clipUrl } from '../tomoviee/serving/clip-url.js';
import {
  downloadsQueueOf,
  encodingQueueOf,
  filesQueueOf,
  mediaQueueOf,
  mixingQueueOf,
  taskQueueOf,
} from '../contract/names.js';
import { createTomovieeClient, type TomovieeClient } from '../tomoviee/client.js';
import { createErrorTable } from '../tomoviee/errors.js';
import { loadCallbackSecret } from '../config/callback-secret.js';
import { intakeOf } from './batch-opening.js';
import { ConfigError } from '../config/config-error.js';
import type { WorkerConfig } from '../config/simulated.js';
import type { OpenedTemporal, TemporalServer } from '../temporal/connection.js';
import { clientOf } from '../temporal/client-of.js';
import type { RenewableConnection } from '../temporal/renewable-connection.js';
import { createLinkSeal } from '../intake/link-seal.js';
import { deploymentOf } from './deployment.js';
import { createLogger } from './logger.js';
import { distFile } from '../config/paths.js';
import { installRuntime } from './runtime.js';
import { openConnection } from './open-connection.js';
import { tellOfTraces } from './trace-faults.js';
import { watchAccount } from './account-watch.js';
import { showPrice } from './price-gauge.js';
import { secretsIn, type VendorKeys } from '../config/secret.js';
import { openMedia, type Media } from './media.js';
import type { Serves } from './serves.js';
import { endedByForce, settledInTime, shutdownOf } from './shutdown.js';

/**
 * More activities than this at once only queue up inside the process. All of them may start eagerly,
 * with the workflow task that asks for them, instead of going through the task queue; the SDK's own
 * limit of 3 at a time cost half of the server's work.
 */
const MAX_ACTIVITIES = 100;
/** Pages of 25 clips, each probing several clips at once. */
const MAX_PAGES = 8;
/** Groups of downloads of all batches. */
const MAX_DOWNLOADS = 50;
/** Manifests, matching and results of all batches. */
const MAX_FILES = 20;
const AUTOSCALING = { type: 'autoscaling', minimum: 1, initial: 2, maximum: 20 } as const;
/**
 * Polls count as requests of the namespace, and those that are refused are made again. As many as there is work for:
 * five each of all queues, the SDK's default, took more than a small namespace gives.
 */
const POLLERS = {
  workflowTaskPollerBehavior: AUTOSCALING,
  activityTaskPollerBehavior: AUTOSCALING,
};

/** Of workflows; see workflows/failure-converter.ts and workflows/traces/interceptors.ts. */
const bundleOf = ({ dataConverter }: Pick<TemporalServer, 'dataConverter'>, traced: boolean) => ({
  codePath: distFile(
    [
      'workflow-bundle',
      ...(dataConverter?.failureConverterPath === undefined ? [] : ['encoding']),
      ...(traced ? ['traces'] : []),
      'js',
    ].join('.'),
  ),
});

export interface WorkerOptions {
  config: WorkerConfig;
  /** Notifications link to the web UI where `uiUrl` tells it. */
  temporal: TemporalServer & Partial<OpenedTemporal>;
  /**
   * `probing`: probes, fits and mixes clips, and nothing else; `scoring`: all but that. `mixing`: mixes, and decides
   * what is next. Default: `all`.
   */
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
  const scores = serves === 'all' || serves === 'scoring';
  if (scores) needKeys(config);
  const workflowBundle = bundleOf(temporal, temporal.traces !== undefined);
  const media = openMedia(config);
  const own = [
    ...(serves === 'all' || serves === 'probing' ? createProbing(config, media) : []),
    ...(serves === 'scoring' ? [] : [createMixing(config, media)]),
    ...(serves === 'mixing' ? [{ taskQueue: taskQueueOf(config.account), workflowBundle }] : []),
  ];

  const logger = createLogger({ level: config.logLevel, hide: secretsIn(config) });
  installRuntime(logger, config.metricsListen);
  tellOfTraces(temporal, logger);
  const workers: Worker[] = [];
  const connection = await openConnection(
    ...([temporal, logger] as const),
    (how) => NativeConnection.connect(how),
    (newest) => workers.filter(isRunning).forEach((worker) => (worker.connection = newest)),
  );
  const { metricsListen, pricePerClip, account } = config;
  if (metricsListen && pricePerClip) showPrice(account, pricePerClip);
  const scoring = scores
    ? await createScoring(options, { connection, media, workflowBundle })
    : undefined;
  const { namespace, dataConverter, traces } = temporal;
  const common = {
    ...{ connection: connection.current, namespace, ...shutdownOf(config) },
    ...POLLERS,
    ...(dataConverter && { dataConverter }),
    ...traces?.worker,
    // With and without traces it is one version: both give the same commands.
    ...deploymentOf(config, bundleOf(temporal, false).codePath),
  };
  const parts = [...(scoring?.parts ?? []), ...own];
  workers.push(...(await Promise.all(parts.map((part) => Worker.create({ ...common, ...part })))));
  const unwatch =
    metricsListen && scores
      ? watchAccount(clientOf(connection, temporal), account, logger)
      : () => undefined;
  const asked = new AbortController();
  const shutDown = (): void => {
    unwatch();
    connection.stopLooking();
    for (const worker of workers.filter(isRunning)) worker.shutdown();
    asked.abort();
  };
  // If one of them dies, the other has to stop before the connection can close.
  const runs = workers.map((worker) =>
    settledInTime(worker.run().finally(shutDown), asked.signal, config),
  );
  let stopping = false;
  const byForce = (end: PromiseSettledResult<void>): boolean => stopping && endedByForce(end);
  const running = Promise.allSettled(runs).then(async (ends) => {
    await Promise.all([scoring?.vendor.close(), media.close()]);
    // The SDK keeps the connection of a worker that it ended by force.
    if (!ends.some(byForce)) await connection.close();
    const fault = ends.find((end) => end.status === 'rejected' && !byForce(end));
    if (fault) throw (fault as PromiseRejectedResult).reason;
  });
  const failed = new Promise<never>((_, reject) => {
    running.catch(reject);
  });
  failed.catch(() => undefined); // callers need not listen
  return {
    failed,
    async stop() {
      stopping = true;
      shutDown();
      await running;
    },
  };
}

function isRunning(worker: Worker): boolean {
  return worker.getState() === 'RUNNING';
}

type Part = Omit<
  SdkWorkerOptions,
  | 'connection'
  | 'namespace'
  | keyof typeof POLLERS
  | keyof ReturnType<typeof shutdownOf>
  | keyof ReturnType<typeof deploymentOf>
>;

async function createScoring(
  { config, temporal }: WorkerOptions,
  {
    connection,
    media,
    workflowBundle,
  }: {
    connection: RenewableConnection<NativeConnection>;
    media: Media;
    workflowBundle: ReturnType<typeof bundleOf>;
  },
): Promise<{ parts: Part[]; vendor: TomovieeClient }> {
  const { baseUrl } = config.tomoviee;
  const keys = needKeys(config);
  const vendor = createTomovieeClient({
    baseUrl,
    appKey: keys.appKey.reveal(),
    appSecret: keys.appSecret.reveal(),
    errorTable: createErrorTable(config.vendorCodes),
  });
  const secret = (await loadCallbackSecret(config)).reveal();
  const links = createLinkSeal(secret, ENVIRONMENT);
  const { publicUrl } = config.callbacks;
  const lasting = (target: CallbackTarget) => ({
    ...target,
    expiresAt: Date.now() + config.taskTimeoutMs,
  });
  const signing = config.notifications.secret;
  const taskQueue = taskQueueOf(config.account);
  const { pricePerClip, page } = config;
  const activities = {
    ...createActivities({
      vendor,
      ...media,
      downloadLimits: { ...DOWNLOAD_LIMITS, timeoutMs: config.downloadTimeoutMs },
      delivery: deliveryOf(config, media, (target) =>
        publicUrl === undefined ? undefined : clipUrl(publicUrl, lasting(target), secret),
      ),
      callbackUrl: (target) =>
        publicUrl === undefined ? undefined : callbackUrl(publicUrl, target, secret),
      openLink: (text) => links.open(text),
      ...(signing && { webhook: new Webhook(signing.reveal()) }),
      ...(temporal.uiUrl && { uiUrl: temporal.uiUrl }),
      ...(pricePerClip && {
        costText: (submissions) => priceText(costOf(submissions, pricePerClip)),
      }),
      ...(page.publicUrl !== undefined && {
        pageUrl: (batch) => `${page.publicUrl}/batches/${encodeURIComponent(batch)}/`,
      }),
    }),
    ...createIntakeActivities(intakeOf(config, temporal, connection, links)),
  };
  return {
    vendor,
    parts: [
      {
        taskQueue,
        workflowBundle,
        activities,
        maxConcurrentActivityTaskExecutions: MAX_ACTIVITIES,
        maxEagerActivityReservationsPerWorkflowTask: MAX_ACTIVITIES,
      },
      // Earlier versions asked for downloads here.
      {
        ...{ taskQueue: filesQueueOf(taskQueue), activities },
        maxConcurrentActivityTaskExecutions: MAX_FILES,
      },
      // The same activities: links that a query brought are at hand for the download.
      {
        ...{ taskQueue: downloadsQueueOf(taskQueue), activities },
        maxConcurrentActivityTaskExecutions: MAX_DOWNLOADS,
      },
    ],
  };
}

function needKeys({ tomoviee: { keys } }: WorkerOptions['config']): VendorKeys {
  if (keys) return keys;
  throw new ConfigError([
    'TOMOVIEE_APP_KEY and TOMOVIEE_APP_SECRET: they are not set (set them, or use --simulate to try it without a vendor)',
  ]);
}

function createProbing(config: WorkerConfig, media: Media): Part[] {
  const delivery = deliveryOf(config, media, () => undefined);
  const taskQueue = taskQueueOf(config.account);
  const activities = createMediaActivities({ ...media, delivery });
  return [
    {
      ...{ taskQueue: mediaQueueOf(taskQueue), activities },
      maxConcurrentActivityTaskExecutions: MAX_PAGES,
    },
    {
      ...{ taskQueue: encodingQueueOf(taskQueue), activities },
      maxConcurrentActivityTaskExecutions: maxEncoding(),
    },
  ];
}

/** Reads no keys: who has only the results can mix them. */
function createMixing(config: WorkerConfig, media: Media): Part {
  return {
    taskQueue: mixingQueueOf(taskQueueOf(config.account)),
    activities: createMixActivities(media),
    maxConcurrentActivityTaskExecutions: Math.max(1, Math.floor(availableParallelism() / 2)),
  };
}

/** One ffmpeg keeps some four processors busy. */
function maxEncoding(): number {
  return Math.max(1, Math.floor(availableParallelism() / 4));
}

function deliveryOf(
  { staging, keepStaged, taskTimeoutMs }: WorkerConfig,
  { buckets }: Media,
  serve: DeliveryOptions['serve'],
): ClipDelivery {
  return createClipDelivery({
    ...{ buckets, keepStaged, serve, taskTimeoutMs },
    ...(staging && { staging }),
  });
}
