// A worker that takes batches and not what may run long: told by doctor and by the batch's status.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { Reelscore } from '../../client/index.js';
import { temporalFindings } from '../../client/doctor/temporal.js';
import { taskQueueOf } from '../../contract/names.js';
import { resolveConfig } from '../../config/config.js';
import { distFile } from '../../config/paths.js';
import { clips } from '../support/rig.js';
import { testServer } from '../support/temporal.js';
import { until } from '../support/until.js';

const { address, namespace, home } = await testServer();

test('a queue of files that nobody asks is found', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'reelscore-files-'));
  const account = `files-${randomUUID().slice(0, 8)}`;
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    ...{ connection, namespace, taskQueue: taskQueueOf(account) },
    workflowBundle: { codePath: distFile('workflow-bundle.js') },
  });
  const config = resolveConfig({ account }, { REELSCORE_HOME: home, TEMPORAL_ADDRESS: address });
  const env = { TEMPORAL_ADDRESS: address };
  const api = await Reelscore.connect({ config, env, cwd });
  await worker.runUntil(async () => {
    const { status, batch } = await api.start({ name: 'waiting', clips: clips(2) as never });
    const stuck = await until(status, ({ filesWorkerMissing }) => filesWorkerMissing === true);
    expect(stuck).toMatchObject({ state: 'opening', workerAnswering: true });
    const found = await temporalFindings(api.server, { account, probe: false });
    const finding = found.find(({ check }) => check === 'Worker');
    expect(finding).toMatchObject({
      ...{ verdict: 'warning', found: expect.stringContaining('none downloads') as string },
    });
    const ending = await Connection.connect({ address });
    await new Client({ connection: ending, namespace }).workflow.getHandle(batch).terminate();
    await ending.close();
  });
  await api.close();
  await connection.close();
  await rm(cwd, { recursive: true, force: true });
});
