// A team's cluster: two workers, a receiver and two clients that share Temporal (on PostgreSQL) and a bucket and
// nothing else, each with a home and a folder of its own; the workers are killed twenty times.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { stringify } from 'csv-stringify/sync';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { startSimulator } from '../../../tomoviee/simulator/simulator.js';
import { freePort } from '../../../temporal/embedded/ports.js';
import { distFile } from '../../../config/paths.js';
import type { Spend } from '../../../client/index.js';
import { built } from '../../support/built.js';
import { faultsOf } from '../../support/checker.js';
import { envOfParts, Part } from '../../support/parts.js';
import { clips, readRows } from '../../support/rig.js';
import { s3Server } from '../../support/s3-server.js';
import { clusterServer } from '../../support/temporal-on-postgres.js';

const ROWS = 220;
const KILLS = 20;

const [server, s3] = await Promise.all([clusterServer(), s3Server(), built()]);
const folder = await mkdtemp(join(tmpdir(), 'reelscore-bucket-'));
const simulator = await startSimulator({ taskMs: [200, 900], soundtrackSeconds: 0.05 });
const callbackPort = await freePort(undefined);
const place = `s3://${s3.bucket}/results`;

/** A machine: a home, a working folder, and what all of them are told. */
async function machine(name: string): Promise<{ env: NodeJS.ProcessEnv; cwd: string }> {
  const cwd = join(folder, name);
  await mkdir(cwd);
  await writeFile(join(cwd, 'reelscore.yaml'), `ledger: ${place}\n`);
  const env = {
    ...envOfParts({ folder: cwd, server, simulator, callbackPort }),
    ...s3.env,
    REELSCORE_ACCOUNT: 'bucket',
    REELSCORE_CALLBACK_SECRET: 'the same on all machines',
  };
  return { env, cwd };
}

const [first, second, third, laptop, other] = await Promise.all(
  ['worker-1', 'worker-2', 'receiver', 'laptop', 'other'].map(machine),
);
const part = (args: string[], at = first, ready = 'Worker:') =>
  new Part(args, at!.env, ready, at!.cwd);
const workers = [part(['worker'], first), part(['worker'], second)] as const;
const receiver = part(['callbacks'], third, 'Callbacks:');
await Promise.all([...workers, receiver].map((one) => one.start()));
const connection = await Connection.connect({ address: server.address });
const client = new Client({ connection });

afterAll(async () => {
  await Promise.all([...workers, receiver].map((one) => one.stop()));
  await connection.close();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

async function reelscore(at = laptop, ...args: string[]): Promise<string> {
  const { stdout } = await execa(process.execPath, [distFile('cli/main.js'), ...args], {
    ...{ env: at!.env, cwd: at!.cwd, extendEnv: false },
  });
  return stdout;
}

async function start(name: string, manifest: string): Promise<string> {
  const pace = ['--rate', '8', '--max-in-flight', '40', '--no-probe', '--batch', name];
  const out = ['--out', `${place}/${name}`, '--json'];
  return (
    JSON.parse(await reelscore(laptop, 'start', manifest, ...pace, ...out)) as { batch: string }
  ).batch;
}

test('kill -9 of a worker, twenty times: nothing lost, nothing paid twice silently, nothing on a disk', async () => {
  const rows = clips(ROWS).map((row) => ({
    ...row,
    file_link: `${simulator.url}/clips/load/${row.id}.mp4`,
  }));
  await writeFile(join(laptop!.cwd, 'library.csv'), stringify(rows, { header: true }));
  const batch = await start('night-1', 'library.csv');
  for (let kill = 0; kill < KILLS; kill += 1) {
    // All through the batch, however fast it is.
    while (simulator.ledger().length < (kill * ROWS) / (KILLS + 2)) await sleep(50);
    const worker = workers[kill % 2]!;
    await worker.kill();
    await worker.start();
  }
  expect(workers[0].kills + workers[1].kills).toBe(KILLS);
  await client.workflow.getHandle(batch).result();

  // Seen from a machine that had no part in it.
  expect(await reelscore(other, 'status', batch)).toContain(`${place}/night-1`);
  const table = await reelscore(other, 'results', batch);
  await reelscore(other, 'results', batch, '--download', 'here');
  const here = join(other!.cwd, 'here');
  expect(await readFile(join(here, 'results.csv'), 'utf8')).toBe(`${table}\n`);
  const results = await readRows(here);
  expect(faultsOf(results, ROWS, simulator.ledger(), here)).toEqual([]);
  // A clip that two kills hit is given up, told and flagged.
  const others = results.filter(({ status }) => status !== 'succeeded');
  expect(others.filter((row) => row.error_code !== 'submit_unknown')).toEqual([]);
  expect(others.filter((row) => !row.possible_duplicate)).toEqual([]);
  expect(others.length).toBeLessThan(ROWS / 2);
  for (const { cwd } of [first!, second!, third!]) {
    expect((await readdir(cwd)).filter((name) => name === 'results')).toEqual([]);
  }

  // Other tests may have batches on the same server.
  const spent = await reelscore(other, 'spend', '--by', 'batch', '--format', 'json');
  const { groups } = JSON.parse(spent) as Spend;
  const total = groups.find(({ value }) => value === batch)!;
  const taken = simulator.ledger().length;
  expect(total.submissions).toBeLessThanOrEqual(taken);
  expect(total.submissions + total.unclear).toBeGreaterThanOrEqual(taken);

  // The ledger lies in the bucket too: what has its music is not paid for again.
  const paid = simulator.ledger().length;
  const again = await start('night-2', 'library.csv');
  await client.workflow.getHandle(again).result();
  const skipped = await reelscore(other, 'results', again, '--format', 'jsonl');
  expect(skipped.split('\n').filter((line) => line.includes('"skipped"'))).toHaveLength(
    ROWS - others.length,
  );
  expect(simulator.ledger()).toHaveLength(paid + others.length);
});
