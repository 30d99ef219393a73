// Temporal's own limiter, maxTaskQueueActivitiesPerSecond on the submissions' task queue. It limits
// what is started in a second, not what is in flight at the vendor; where that is wanted too, a child
// workflow for each clip in a sliding window is the design that Temporal's samples show.
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { freezeManifest } from '../../manifests/index.js';
import { openLocalStore } from '../../store/local-store.js';
import { batchOptionsOf, resolveConfig } from '../../config/config.js';
import { acquireHome } from '../../temporal/embedded/acquire-home.js';
import { startCallbackReceiver } from '../../workers/callback-receiver.js';
import { simulatedConfig } from '../../config/simulated.js';
import { startChildPerClip } from '../child-per-clip/design.js';
import { startShards } from '../shards/design.js';
import type { Contender, Job, Prepared } from './contender.js';

/** Only the rate is limited. */
export const temporalRate: Contender = {
  id: 'temporal',
  name: "Temporal's limiter",
  prepare: (job) => prepare(job, 'shards'),
};

/** The rate, and by a child workflow a clip in a sliding window the tasks in flight. */
export const temporalWindow: Contender = {
  id: 'temporal',
  name: "Temporal's limiter + sliding window",
  prepare: (job) => prepare(job, 'children'),
};

async function prepare(job: Job, design: 'shards' | 'children'): Promise<Prepared> {
  const { folder, manifest, rows, vendorUrl, ratePerSecond, maxInFlight } = job;
  const home = join(folder, 'home');
  const lease = await acquireHome({ home, services: ['temporal'] });
  if (!lease.temporal) throw new Error(`${home}: its Temporal server was not started`);
  const { address, namespace } = lease.temporal;
  const temporal = { connection: { address }, namespace };

  const env = { REELSCORE_HOME: home, REELSCORE_LOG_LEVEL: 'error' };
  const base = resolveConfig({ pollInterval: '2s', callbackGrace: '60s' }, env, folder);
  const simulator = { url: vendorUrl };
  const receiver = await startCallbackReceiver({
    config: simulatedConfig(base, simulator),
    temporal,
  });
  const config = simulatedConfig(base, simulator, receiver.port);
  const submissionsPerSecond = ratePerSecond;
  const running =
    design === 'shards'
      ? await startShards({ config, temporal, submissionsPerSecond })
      : await startChildPerClip({ config, temporal, submissionsPerSecond, maxInFlight });
  const connection = await Connection.connect(temporal.connection);
  const client = new Client({ connection, namespace });
  const out = join(folder, 'out');
  await freezeManifest(manifest, openLocalStore(out));
  const options = { ...batchOptionsOf(config, true), probe: false };

  return {
    out,
    start: () => ({
      done: running.score(client, { id: 'bench', store: out, rows, options }).then(() => undefined),
    }),
    async close() {
      await running.close();
      await receiver.close();
      await connection.close();
      await lease.release();
    },
  };
}
