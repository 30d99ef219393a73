// Activities and workers for the designs on Temporal that are not the product's own, composed as
// workers/worker.ts composes ours.
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities/index.js';
import { callbackUrl } from '../../tomoviee/callbacks/url.js';
import type { SubmitClipInput } from '../../contract/activities.js';
import { createClipDelivery } from '../../activities/clip-delivery.js';
import { openMedia } from '../../workers/media.js';
import { createTomovieeClient } from '../../tomoviee/client.js';
import { createErrorTable } from '../../tomoviee/errors.js';
import { loadCallbackSecret } from '../../config/callback-secret.js';
import { createLogger } from '../../workers/logger.js';
import { installRuntime } from '../../workers/runtime.js';
import type { SimulatedConfig } from '../../config/simulated.js';
import type { WorkerOptions } from '../../workers/worker.js';

/** As in workers/worker.ts. */
const MAX_ACTIVITIES = 150;

export interface ComposeOptions {
  /** With vendor keys and the receiver's public URL. */
  config: SimulatedConfig;
  temporal: WorkerOptions['temporal'];
  taskQueue: string;
  /** Compiled file that exports the workflows. */
  workflowsPath: string;
  /**
   * Submissions get a task queue of their own, `submitQueueOf(taskQueue)`, which the server lets go
   * out at this rate. A limit holds for all activities of a queue, so it has to be their own.
   */
  submissionsPerSecond?: number | undefined;
}

export interface ComposedWorker {
  close(): Promise<void>;
}

export function submitQueueOf(taskQueue: string): string {
  return `${taskQueue}-submit`;
}

export async function composeWorker(options: ComposeOptions): Promise<ComposedWorker> {
  const { config, temporal, taskQueue, workflowsPath, submissionsPerSecond } = options;
  installRuntime(createLogger({ level: config.logLevel, hide: [] }));
  const composed = await compose(config);
  const { activities } = composed;
  const connection = await NativeConnection.connect(temporal.connection);
  const common = {
    ...{ connection, namespace: temporal.namespace },
    maxConcurrentActivityTaskExecutions: MAX_ACTIVITIES,
    maxEagerActivityReservationsPerWorkflowTask: MAX_ACTIVITIES,
  };
  const workers = [
    await Worker.create({
      ...common,
      taskQueue,
      activities,
      workflowBundle: await bundleWorkflowCode({
        workflowsPath,
        logger: new DefaultLogger('WARN'),
      }),
    }),
  ];
  if (submissionsPerSecond !== undefined) {
    workers.push(
      await Worker.create({
        ...common,
        taskQueue: submitQueueOf(taskQueue),
        activities: { submitClip: (input: SubmitClipInput) => activities.submitClip(input) },
        maxTaskQueueActivitiesPerSecond: submissionsPerSecond,
      }),
    );
  }
  const running = workers.map((worker) => worker.run());
  return {
    async close() {
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
      await connection.close();
      await composed.close();
    },
  };
}

async function compose(config: SimulatedConfig) {
  const { keys, baseUrl } = config.tomoviee;
  const { publicUrl } = config.callbacks;
  if (!keys || publicUrl === undefined)
    throw new Error('the configuration is not the simulated one');
  const vendor = createTomovieeClient({
    baseUrl,
    appKey: keys.appKey.reveal(),
    appSecret: keys.appSecret.reveal(),
    errorTable: createErrorTable(config.vendorCodes),
  });
  const media = openMedia(config);
  const secret = (await loadCallbackSecret(config)).reveal();
  return {
    activities: createActivities({
      vendor,
      ...media,
      delivery: createClipDelivery({ ...config, buckets: media.buckets, serve: () => undefined }),
      callbackUrl: (target) => callbackUrl(publicUrl, target, secret),
    }),
    async close() {
      await Promise.all([vendor.close(), media.close()]);
    },
  };
}
