// The worker of the child-workflow-per-clip design, composed as workers/worker.ts composes ours.
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities/index.js';
import { callbackUrl } from '../../callbacks/url.js';
import { createMediaAnalyzer } from '../../media/analyzer.js';
import { probeClip } from '../../media/probe-clip.js';
import { createGuardedFetch } from '../../net/guarded-fetch.js';
import { openLocalStore } from '../../store/local-store.js';
import { createTomovieeClient } from '../../tomoviee/client.js';
import { createErrorTable } from '../../tomoviee/errors.js';
import { loadCallbackSecret } from '../../workers/callback-secret.js';
import type { SimulatedConfig } from '../../workers/simulated.js';
import type { WorkerOptions } from '../../workers/worker.js';
import type { Design } from '../support/design.js';
import { childId } from './messages.js';
import type { slidingWindow } from './workflows.js';

const TASK_QUEUE = 'bench-child-per-clip';
/** As in workers/worker.ts. */
const MAX_ACTIVITIES = 150;
/** Where it is fastest: of 10, 25, 50, 100 and 200 on 2 cores. */
const WINDOW = 25;

/** @param config with vendor keys and the receiver's public URL */
export async function startChildPerClip(
  config: SimulatedConfig,
  temporal: WorkerOptions['temporal'],
): Promise<Design> {
  const composed = await compose(config);
  const connection = await NativeConnection.connect(temporal.connection);
  const worker = await Worker.create({
    connection,
    namespace: temporal.namespace,
    taskQueue: TASK_QUEUE,
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('workflows.js', import.meta.url)),
      logger: new DefaultLogger('WARN'),
    }),
    activities: composed.activities,
    maxConcurrentActivityTaskExecutions: MAX_ACTIVITIES,
  });
  const running = worker.run();

  return {
    name: 'child workflow a clip',
    score: (client, { id, store, rows, options }) =>
      client.workflow.execute<typeof slidingWindow>('slidingWindow', {
        workflowId: id,
        taskQueue: TASK_QUEUE,
        args: [{ store, rows, options, window: WINDOW }],
      }),
    workflowIds: ({ id, rows }) => [
      id,
      ...Array.from({ length: rows }, (_, row) => childId(id, row)),
    ],
    async close() {
      worker.shutdown();
      await running;
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
  const { allowHosts, hostAliases } = config;
  const fetch = createGuardedFetch({ allowHosts, hostAliases });
  const analyzer = createMediaAnalyzer();
  const secret = (await loadCallbackSecret(config)).reveal();
  return {
    activities: createActivities({
      openStore: openLocalStore,
      vendor,
      fetch,
      probe: (fileLink, signal) => probeClip(fileLink, { fetch, analyzer, signal }),
      callbackUrl: (target) => callbackUrl(publicUrl, target, secret),
    }),
    async close() {
      analyzer.close();
      await Promise.all([vendor.close(), fetch.close()]);
    },
  };
}
