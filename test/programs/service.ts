// What runs already when a program starts a batch: a Temporal server, `reelscore serve` of the account
// `default`, the vendor (the simulator), and a server of manifests.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { afterAll } from 'vitest';
import { startSimulator, type Simulator } from '../../tomoviee/simulator/simulator.js';
import { freePort } from '../../temporal/embedded/ports.js';
import { envOfParts, Part } from '../support/parts.js';
import type { ManifestRow } from '../support/rig.js';
import { ownServer } from '../support/temporal.js';

/** Where the examples say that the simulator listens: the default of `reelscore simulate`. */
const SIMULATOR = 'http://127.0.0.1:8788';
/** Where the examples say that manifests lie. */
const FILES = 'https://files.example';

export interface Service {
  simulator: Simulator;
  worker: Part;
  /** Working folder of `reelscore serve`, and so where results/ is. */
  folder: string;
  /** For a program that is to find the Temporal server, and nothing of this process's own. */
  env: NodeJS.ProcessEnv;
  /** Puts a manifest at https://files.example/<name> of the examples. */
  publish: (name: string, rows: ManifestRow[]) => void;
  /** The text of an example with the addresses that hold here. */
  here: (text: string) => string;
}

/** Call it at the top level of the file; all is stopped after the file's tests. */
export async function startService(): Promise<Service> {
  const server = await ownServer();
  const folder = await mkdtemp(join(tmpdir(), 'reelscore-programs-'));
  const simulator = await startSimulator({ taskMs: 200, soundtrackSeconds: 0.05 });
  const manifests = new Map<string, string>();
  const files = createServer(({ url = '' }, answer) => {
    const text = manifests.get(url);
    answer.writeHead(text === undefined ? 404 : 200, { 'content-type': 'text/csv' }).end(text);
  }).listen(0, '127.0.0.1');
  await once(files, 'listening');
  const filesHost = `127.0.0.1:${(files.address() as AddressInfo).port}`;

  const callbackPort = await freePort(undefined);
  const env = envOfParts({ folder, server, simulator, callbackPort });
  const allowed = [env['REELSCORE_ALLOW_HOSTS'], filesHost].join();
  const workerEnv = { ...env, REELSCORE_ALLOW_HOSTS: allowed };
  const worker = new Part(['serve'], workerEnv, 'Worker:', folder);
  await worker.start();
  afterAll(async () => {
    await worker.stop();
    await simulator.close();
    files.close();
    await rm(folder, { recursive: true, force: true });
  });

  return {
    ...{ simulator, worker, folder },
    env: { PATH: env['PATH'], HOME: folder, TEMPORAL_ADDRESS: server.address },
    publish: (name, rows) => void manifests.set(`/${name}`, stringify(rows, { header: true })),
    here: (text) =>
      text.replaceAll(SIMULATOR, simulator.url).replaceAll(FILES, `http://${filesHost}`),
  };
}
