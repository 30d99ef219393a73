// A worker process that is asked to stop while work is under way, and the next one. Nothing but the journal can
// tell: no callbacks come.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { stringify } from 'csv-stringify/sync';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { startSimulator } from '../../../tomoviee/simulator/simulator.js';
import { distFile } from '../../../config/paths.js';
import { envOfParts, Part } from '../../support/parts.js';
import { readRows } from '../../support/rig.js';
import { testServer } from '../../support/temporal.js';
import { until } from '../../support/until.js';

const server = await testServer();
const folder = await mkdtemp(join(tmpdir(), 'reelscore-stop-'));
const simulator = await startSimulator({ taskMs: 50, soundtrackSeconds: 0.05 });
const env = {
  ...envOfParts({ folder, server, simulator, callbackPort: 9 }),
  REELSCORE_CALLBACK_URL: undefined,
  REELSCORE_ACCOUNT: `stop-${randomUUID().slice(0, 8)}`,
  REELSCORE_SHUTDOWN_GRACE: '1s',
  REELSCORE_RATE: '50',
};
const worker = new Part(['worker'], env, 'Worker:');
await worker.start();
const connection = await Connection.connect({ address: server.address });
const client = new Client({ connection, namespace: server.namespace });
afterAll(async () => {
  await worker.stop();
  await connection.close();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

/** Starts a batch of clips with these faults, `maxRetries` 0. */
async function start(name: string, faults: string[]) {
  const rows = faults.map((fault, n) => ({
    ...{ id: `c${n}`, prompt: name },
    file_link: `${simulator.url}/clips/load/${name}-${n}.mp4${fault && `?sim=${fault}`}`,
  }));
  const manifest = join(folder, `${name}.csv`);
  await writeFile(manifest, stringify(rows, { header: true }));
  const config = join(folder, 'reelscore.yaml');
  await writeFile(config, 'maxRetries: 0\nprobe: false\n');
  const out = join(folder, name);
  const args = ['start', manifest, '--out', out, '--json'];
  const { stdout } = await execa(process.execPath, [distFile('cli/main.js'), ...args], {
    ...{ env: { ...env, REELSCORE_CONFIG: config }, extendEnv: false },
  });
  const { batch } = JSON.parse(stdout) as { batch: string };
  const paid = () => simulator.ledger().filter(({ prompt }) => prompt === name);
  return { paid, out, result: () => client.workflow.getHandle(batch).result() };
}

test('a stop by force cuts no POST: its answer is in the journal, and nothing is paid twice', async () => {
  // Answered long after the SDK has given their activities up.
  const { paid, out, result } = await start('posts', ['slow:6000', 'slow:6000', 'slow:6000']);
  await until(
    () => Promise.resolve(paid()),
    (accepted) => accepted.length === 3,
  );
  await worker.stop();
  await worker.start();
  expect(await result()).toMatchObject({ counts: { succeeded: 3 }, submissions: 3 });
  expect(paid()).toHaveLength(3);
  for (const row of await readRows(out)) expect(row.possible_duplicate).toBe(false);
});

test('a stop waits for no download, and counts none against its clip', async () => {
  const before = simulator.stats().downloads;
  const { result } = await start('downloads', ['trickle*1', 'trickle*1', '', '']);
  await until(
    () => Promise.resolve(simulator.stats().downloads - before),
    (downloads) => downloads >= 4,
  );
  await worker.stop();
  await worker.start();
  expect(await result()).toMatchObject({ counts: { succeeded: 4 } });
});
