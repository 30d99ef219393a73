// Everything the main job needs: Temporal server and simulator as processes of their own; receiver,
// client and the designs' workers in this one, as in `reelscore run`.
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { freezeManifest } from '../../manifests/index.js';
import { storesOf } from '../../intake/network.js';
import { placeIn } from '../../store/places.js';
import { batchOptionsOf, resolveConfig, type ConfigOptions } from '../../config/config.js';
import { startCallbackReceiver } from '../../workers/callback-receiver.js';
import { simulatedConfig, type SimulatedConfig } from '../../config/simulated.js';
import { generateManifest } from '../generate-manifest.js';
import { measureCpu } from './cpu.js';
import type { Design } from './design.js';
import { startGrpcCounter } from './grpc-counter.js';
import {
  countByPrefix,
  countHistories,
  countsSince,
  NOTHING,
  sum,
  type HistoryCounts,
} from './history.js';
import { startHome, type BenchHome } from './home.js';

/** So few that composing soundtracks, which is the vendor's work, costs next to nothing. */
const PROMPTS = 35;

/** One batch, scored and counted. */
export interface Run extends HistoryCounts {
  clips: number;
  seconds: number;
  /** CPU milliseconds by process; absent where the system does not tell. */
  cpuMs: Partial<Record<'worker' | 'simulator' | 'temporal', number>>;
  /** Calls that leave no event; 0 unless the rig counts calls. */
  calls: { heartbeats: number; queries: number };
}

export interface RigOptions {
  /** Put a proxy in front of the Temporal server that counts calls. It takes time of its own. */
  countCalls?: boolean;
}

export interface RunHow {
  probe?: boolean;
  /** Absolute, or s3://bucket/prefix, below which the batch gets its results. Default: the rig's folder. */
  results?: string;
}

export interface Rig {
  config: SimulatedConfig;
  temporal: BenchHome['temporal'];
  /** Scores that many clips and throws unless all of them succeeded. */
  run(design: Design, clips: number, options?: RunHow): Promise<Run>;
  close(): Promise<void>;
}

/** @param folder an empty one */
export async function startRig(
  folder: string,
  settings: ConfigOptions,
  { countCalls = false }: RigOptions = {},
): Promise<Rig> {
  const home = await startHome(join(folder, 'home'));
  const counter = countCalls ? await startGrpcCounter(home.temporal.connection.address) : undefined;
  const env = { REELSCORE_HOME: home.home, REELSCORE_LOG_LEVEL: 'error' };
  const base = resolveConfig(settings, env, folder);
  const simulator = { url: home.simulatorUrl };
  const { namespace } = home.temporal;
  const temporal = counter
    ? { connection: { address: counter.address }, namespace }
    : home.temporal;
  const receiver = await startCallbackReceiver({
    config: simulatedConfig(base, simulator),
    temporal,
  });
  const config = simulatedConfig(base, simulator, receiver.port);
  const connection = await Connection.connect(temporal.connection);
  const client = new Client({ connection, namespace });
  let batches = 0;

  const readCalls = (): Run['calls'] => ({
    heartbeats: counter?.calls('RecordActivityTaskHeartbeat') ?? 0,
    queries: counter?.calls('QueryWorkflow') ?? 0,
  });
  const countShared = ({ sharedPrefix }: Design): Promise<HistoryCounts> =>
    sharedPrefix === undefined ? Promise.resolve(NOTHING) : countByPrefix(client, sharedPrefix);

  return {
    config,
    temporal,
    async run(design, clips, { probe = false, results = folder } = {}) {
      const id = `bench-${(batches += 1)}`;
      const manifest = join(folder, `${id}.csv`);
      const store = placeIn(results, id);
      await generateManifest(manifest, clips, PROMPTS);
      await freezeManifest(manifest, storesOf(config)(store));
      const batch = { id, store, rows: clips, options: { ...batchOptionsOf(config, true), probe } };

      const [sharedBefore, callsBefore] = [await countShared(design), readCalls()];
      const cpu = measureCpu({ worker: process.pid, ...home.pids });
      const from = performance.now();
      const { counts } = await design.score(client, batch);
      const seconds = (performance.now() - from) / 1000;
      const cpuMs = cpu();
      if (counts.succeeded !== clips) {
        throw new Error(`${design.name}: only ${counts.succeeded} of ${clips} clips succeeded`);
      }
      const { heartbeats, queries } = readCalls();
      const histories = await countHistories(client, design.workflowIds(batch));
      return {
        ...{ clips, seconds, cpuMs },
        ...sum([histories, countsSince(sharedBefore, await countShared(design))]),
        calls: {
          heartbeats: heartbeats - callsBefore.heartbeats,
          queries: queries - callsBefore.queries,
        },
      };
    },
    async close() {
      await receiver.close();
      await connection.close();
      await counter?.close();
      await home.release();
    },
  };
}
