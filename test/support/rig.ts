// Everything a batch needs, all of it real: Temporal server, simulator over HTTP, worker, receiver.
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { stringify } from 'csv-stringify/sync';
import type { BatchOptions, BatchProgress, ScoreBatchInput } from '../../contract/batch.js';
import type { BatchSummary } from '../../contract/clip.js';
import { PROGRESS_QUERY, SCORE_BATCH_WORKFLOW, taskQueueOf } from '../../contract/names.js';
import { freezeManifest } from '../../manifests/index.js';
import type { ResultRow } from '../../outcomes/result-row.js';
import { startSimulator, type Simulator } from '../../tomoviee/simulator/simulator.js';
import type { SimulatorOptions } from '../../tomoviee/simulator/options.js';
import { openLocalStore } from '../../store/local-store.js';
import { batchOptionsOf, resolveConfig } from '../../config/config.js';
import { startCallbackReceiver } from '../../workers/callback-receiver.js';
import { simulatedConfig, type SimulatedConfig } from '../../config/simulated.js';
import { workflowUrl } from '../../temporal/ui-url.js';
import { startWorker } from '../../workers/worker.js';
import type { TestServer } from './temporal.js';

export interface ManifestRow {
  id?: string;
  file_link: string;
  prompt: string;
  [column: string]: string | undefined;
}

export interface RigOptions {
  server: TestServer;
  simulator?: SimulatorOptions;
  /** False: results are polled. */
  callbacks?: boolean;
  /** Settings of the worker, as the environment has them. */
  env?: Record<string, string>;
  /** Base URL of the web UI that notifications link to. */
  ui?: string;
}

export interface StartedBatch {
  batch: string;
  folder: string;
  handle: WorkflowHandleWithFirstExecutionRunId;
  progress(): Promise<BatchProgress>;
  /** Waits for the end. */
  result(): Promise<BatchSummary>;
  /** results.jsonl, once it is there. */
  rows(): Promise<ResultRow[]>;
}

export interface Rig {
  simulator: Simulator;
  client: Client;
  config: SimulatedConfig;
  /** @param before is run once the batch has its folder, before it is started */
  start(
    rows: ManifestRow[],
    options?: Partial<BatchOptions>,
    before?: (folder: string) => Promise<unknown>,
  ): Promise<StartedBatch>;
  /** Starts and waits. */
  run(
    rows: ManifestRow[],
    options?: Partial<BatchOptions>,
  ): Promise<{ summary: BatchSummary; rows: ResultRow[]; batch: string; folder: string }>;
  close(): Promise<void>;
}

/** Fast enough for tests, patient enough for a loaded machine. */
export const TEST_OPTIONS: Partial<BatchOptions> = {
  pace: { ratePerSecond: 200, burst: 20, maxInFlight: 100 },
  probe: false,
  pollIntervalMs: 500,
  callbackGraceMs: 2000,
  retryBackoffMs: 100,
};

export async function startRig({
  server,
  simulator: given,
  callbacks = true,
  env = {},
  ui,
}: RigOptions): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'reelscore-rig-'));
  const simulator = await startSimulator({ taskMs: 50, soundtrackSeconds: 0.05, ...given });
  const { address, namespace } = server;
  const uiUrl = (id: string) => (ui === undefined ? undefined : workflowUrl(ui, namespace, id));
  const temporal = { connection: { address }, namespace, uiUrl };
  const base = resolveConfig(
    { ledger: folder },
    { REELSCORE_HOME: server.home, REELSCORE_LOG_LEVEL: 'error', ...env },
  );
  const listening = simulatedConfig(base, simulator);
  const receiver = callbacks
    ? await startCallbackReceiver({ config: listening, temporal })
    : undefined;
  // An account of its own, so that batches of other test files never meet this worker.
  const config = {
    ...simulatedConfig(base, simulator, receiver?.port),
    account: `test-${randomUUID()}`,
  };
  const worker = await startWorker({ config, temporal });
  const connection = await Connection.connect(temporal.connection);
  const client = new Client({ connection, namespace });

  const start: Rig['start'] = async (rows, options, before) => {
    const batch = `batch-${randomUUID()}`;
    const store = join(folder, batch);
    const manifest = join(folder, `${batch}.csv`);
    await writeFile(manifest, stringify(rows, { header: true }));
    const { total } = await freezeManifest(manifest, openLocalStore(store), { skipInvalid: true });
    await before?.(store);
    const input: ScoreBatchInput = {
      version: 1,
      name: 'test',
      store,
      round: 1,
      rows: { count: total },
      options: { ...batchOptionsOf(config, true), ...TEST_OPTIONS, ...options },
    };
    const handle = await client.workflow.start(SCORE_BATCH_WORKFLOW, {
      workflowId: batch,
      taskQueue: taskQueueOf(config.account),
      args: [input],
    });
    return {
      batch,
      folder: store,
      handle,
      progress: () => handle.query<BatchProgress>(PROGRESS_QUERY),
      result: async () => (await client.workflow.getHandle(batch).result()) as BatchSummary,
      rows: () => readRows(store),
    };
  };

  return {
    simulator,
    client,
    config,
    start,
    async run(rows, options) {
      const started = await start(rows, options);
      const summary = await started.result();
      return { summary, rows: await started.rows(), batch: started.batch, folder: started.folder };
    },
    async close() {
      await worker.stop();
      await receiver?.close();
      await connection.close();
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Clips the simulator knows; `faults` is written into the link (tomoviee/simulator/faults.ts). */
export function clips(count: number, faults: (n: number) => string = () => ''): ManifestRow[] {
  return Array.from({ length: count }, (_, n) => {
    const sim = faults(n);
    return {
      id: `c${n}`,
      file_link: `http://simulator.localhost/clips/load/${n}.mp4${sim ? `?sim=${sim}` : ''}`,
      prompt: `Prompt ${n % 7}`,
    };
  });
}

export async function readRows(store: string): Promise<ResultRow[]> {
  const text = await readFile(join(store, 'results.jsonl'), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ResultRow);
}
