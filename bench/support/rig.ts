// Everything the main job needs: Temporal server and simulator as processes of their own; receiver,
// client and the designs' workers in this one, as in `reelscore run`.
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { freezeManifest } from '../../manifests/index.js';
import { openLocalStore } from '../../store/local-store.js';
import { batchOptionsOf, resolveConfig, type ConfigOptions } from '../../workers/config.js';
import { startCallbackReceiver } from '../../workers/receiver.js';
import { simulatedConfig, type SimulatedConfig } from '../../workers/simulated.js';
import { generateManifest } from '../generate-manifest.js';
import { measureCpu } from './cpu.js';
import type { Design } from './design.js';
import { countHistories, type HistoryCounts } from './history.js';
import { startHome, type BenchHome } from './home.js';

/** So few that composing soundtracks, which is the vendor's work, costs next to nothing. */
const PROMPTS = 35;

/** One batch, scored and counted. */
export interface Run extends HistoryCounts {
  clips: number;
  seconds: number;
  /** CPU milliseconds by process; absent where the system does not tell. */
  cpuMs: Partial<Record<'worker' | 'simulator' | 'temporal', number>>;
}

export interface Rig {
  config: SimulatedConfig;
  temporal: BenchHome['temporal'];
  /** Scores that many clips and throws unless all of them succeeded. */
  run(design: Design, clips: number, options?: { probe?: boolean }): Promise<Run>;
  close(): Promise<void>;
}

/** @param folder an empty one */
export async function startRig(folder: string, settings: ConfigOptions): Promise<Rig> {
  const home = await startHome(join(folder, 'home'));
  const env = { REELSCORE_HOME: home.home, REELSCORE_LOG_LEVEL: 'error' };
  const base = resolveConfig(settings, env, folder);
  const simulator = { url: home.simulatorUrl };
  const { temporal } = home;
  const receiver = await startCallbackReceiver({
    config: simulatedConfig(base, simulator),
    temporal,
  });
  const config = simulatedConfig(base, simulator, receiver.port);
  const connection = await Connection.connect(temporal.connection);
  const client = new Client({ connection, namespace: temporal.namespace });
  let batches = 0;

  return {
    config,
    temporal,
    async run(design, clips, { probe = false } = {}) {
      const id = `bench-${(batches += 1)}`;
      const store = join(folder, id);
      await generateManifest(`${store}.csv`, clips, PROMPTS);
      await freezeManifest(`${store}.csv`, openLocalStore(store));
      const batch = { id, store, rows: clips, options: { ...batchOptionsOf(config), probe } };

      const cpu = measureCpu({ worker: process.pid, ...home.pids });
      const from = performance.now();
      const { counts } = await design.score(client, batch);
      const seconds = (performance.now() - from) / 1000;
      const cpuMs = cpu();
      if (counts.succeeded !== clips) {
        throw new Error(`${design.name}: only ${counts.succeeded} of ${clips} clips succeeded`);
      }
      return {
        clips,
        seconds,
        cpuMs,
        ...(await countHistories(client, design.workflowIds(batch))),
      };
    },
    async close() {
      await receiver.close();
      await connection.close();
      await home.release();
    },
  };
}
