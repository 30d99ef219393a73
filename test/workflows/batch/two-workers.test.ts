// Two workers, processes of their own, on one account: the pace holds over both, and killing one in
// mid-batch changes nothing but speed. Counted at the vendor.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, expect, test } from 'vitest';
import { worstOverrun } from '../../../bench/support/windows.js';
import { startSimulator } from '../../../tomoviee/simulator/simulator.js';
import { freePort } from '../../../temporal/embedded/ports.js';
import { faultsOf } from '../../support/checker.js';
import { envOfParts, Part, startByCommand } from '../../support/parts.js';
import { momentsGiven } from '../../support/moments-given.js';
import { readRows } from '../../support/rig.js';
import { testServer } from '../../support/temporal.js';

const CAP = 30;
/** Moments are fractions of a millisecond long when computed, and whole when given out. */
const ROUNDING_MS = 1;

const server = await testServer();
const folder = await mkdtemp(join(tmpdir(), 'reelscore-workers-'));
const simulator = await startSimulator({ taskMs: [200, 900], soundtrackSeconds: 0.05 });
const port = await freePort(undefined);
const env = {
  ...envOfParts({ folder, server, simulator, callbackPort: port }),
  REELSCORE_ACCOUNT: 'two-workers',
};
const receiver = new Part(['callbacks'], env, 'Callbacks:');
const workers = [
  new Part(['worker'], env, 'Worker:'),
  new Part(['worker'], env, 'Worker:'),
] as const;
await receiver.start(); // it makes the callback secret, which all of them then find
const connection = await Connection.connect({ address: server.address });
const client = new Client({ connection });

afterAll(async () => {
  await Promise.all([...workers, receiver].map((part) => part.stop()));
  await connection.close();
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

interface Started {
  batch: string;
  out: string;
  count: number;
}

async function start(
  name: string,
  count: number,
  rate: number,
  priority: string,
): Promise<Started> {
  const how = ['--rate', String(rate), '--max-in-flight', String(CAP), '--priority', priority];
  const which = { env, folder, simulator, name, count, how };
  const { batch, out } = await startByCommand(which);
  return { batch, out, count };
}

/** Runs three batches of different priority together; returns the moments that they gave out. */
async function together(
  prefix: string,
  rate: number,
  counts: [number, number, number],
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<number[]> {
  // All have clips to submit from the first moment on, however long the commands take.
  await Promise.all(workers.map((worker) => worker.stop()));
  const [background, normal, urgent] = counts;
  const batches = [
    await start(`${prefix}-background`, background, rate, 'background'),
    await start(`${prefix}-normal`, normal, rate, 'normal'),
    await start(`${prefix}-urgent`, urgent, rate, 'urgent'),
  ];
  await Promise.all(workers.map((worker) => worker.start()));
  await meanwhile();
  for (const { batch, out, count } of batches) {
    await client.workflow.getHandle(batch).result();
    const rows = await readRows(out);
    expect(faultsOf(rows, count, simulator.ledger(), out)).toEqual([]);
    expect(rows.every(({ status }) => status === 'succeeded')).toBe(true);
  }
  const given = await momentsGiven(
    client,
    batches.map(({ batch }) => batch),
  );
  return given.map(({ at }) => at);
}

test.each([
  [5, [15, 15, 10]],
  [20, [40, 50, 40]],
] as const)(
  '%d/s over three batches and two workers: shared, and never overrun',
  async (rate, counts) => {
    const moments = await together(`rate-${rate}`, rate, [...counts]);
    // More where some passed unused on a loaded machine, and their clips got others.
    expect(moments.length).toBeGreaterThanOrEqual(counts.reduce((sum, count) => sum + count, 0));
    expect(worstOverrun(moments, { ratePerSecond: rate, burst: 1 }, ROUNDING_MS)).toBe(0);
  },
);

test('kill -9 of one worker, twice: nothing lost or paid twice silently, and never overrun', async () => {
  const rate = 15;
  const [first] = workers;
  const moments = await together('kill', rate, [50, 60, 40], async () => {
    for (let kill = 0; kill < 2; kill++) {
      await sleep(1500);
      await first.kill();
      await sleep(1000);
      await first.start();
    }
  });
  expect(first.kills).toBe(2);
  expect(worstOverrun(moments, { ratePerSecond: rate, burst: 1 }, ROUNDING_MS)).toBe(0);
});
