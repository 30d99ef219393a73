// A namespace that has little to spare, and none of our search attributes: a batch takes longer, and loses nothing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { Reelscore } from '../../client/reelscore.js';
import { withRpcRetry } from '../../net/retry-rpc.js';
import { findTemporalBinary } from '../../temporal/embedded/find-binary.js';
import { freePort } from '../../temporal/embedded/ports.js';
import { startSimulator } from '../../tomoviee/simulator/simulator.js';
import { built } from '../support/built.js';
import { envOfParts, Part, startByCommand } from '../support/parts.js';

const folder = await mkdtemp(join(tmpdir(), 'reelscore-quota-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Requests a second that the server takes for its namespace. */
const QUOTA = 5;
/** Of gRPC. */
const RESOURCE_EXHAUSTED = 8;

async function smallServer(): Promise<{ address: string }> {
  await built();
  const binary = await findTemporalBinary(process.env, () => undefined);
  const port = await freePort(undefined);
  const server = spawn(
    binary,
    [
      ...['server', 'start-dev', '--headless', '--port', String(port), '--log-level', 'error'],
      ...['--dynamic-config-value', `frontend.namespaceRPS=${QUOTA}`],
      ...['--dynamic-config-value', `frontend.namespaceRPS.visibility=${QUOTA}`],
    ],
    { stdio: 'ignore' },
  );
  onTestFinished(async () => {
    server.kill('SIGKILL');
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
  });
  const address = `127.0.0.1:${port}`;
  await withRpcRetry(
    async () => {
      const connection = await Connection.connect({ address });
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      await connection.close();
    },
    { forMs: 60_000 },
  );
  return { address };
}

/** That the server does refuse: many at once, most of them. */
async function refusals(address: string): Promise<number> {
  const connection = await Connection.connect({ address });
  const calls = Array.from({ length: 20 * QUOTA }, () =>
    connection.workflowService.describeNamespace({ namespace: 'default' }).then(
      () => 0,
      (error: unknown) => Number((error as { code?: number }).code === RESOURCE_EXHAUSTED),
    ),
  );
  const refused = await Promise.all(calls);
  await connection.close();
  return refused.reduce((sum, one) => sum + one, 0);
}

test(`a batch ends on ${QUOTA} requests a second, with each clip paid once`, async () => {
  const server = await smallServer();
  expect(await refusals(server.address)).toBeGreaterThan(0);
  const simulator = await startSimulator({ port: 0, taskMs: [200, 900], soundtrackSeconds: 0.05 });
  onTestFinished(() => simulator.close());
  const env = envOfParts({ folder, server, simulator, callbackPort: await freePort(undefined) });
  const serving = new Part(['serve'], env, 'Worker:', folder);
  await serving.start();
  onTestFinished(() => serving.stop());
  const client = await Reelscore.connect({ env, cwd: folder });
  onTestFinished(() => client.close());
  const { batch, rows } = await startByCommand({
    ...{ env, folder, simulator, name: 'quota', count: 20, how: ['--rate', '2'], cwd: folder },
  });
  const { summary } = await client.wait(batch);
  expect(summary.counts).toMatchObject({ succeeded: rows.length, total: rows.length });
  expect(summary.submissions).toBe(rows.length);
});
