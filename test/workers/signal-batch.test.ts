// Against the real server. No worker runs: a signal is durable as soon as the server has taken it.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { afterAll, expect, test } from 'vitest';
import { BatchEndedError } from '../../tomoviee/callbacks/delivery.js';
import { signalBatch } from '../../workers/signal-batch.js';
import type { TaskCallback } from '../../contract/callback.js';
import { SCORE_BATCH_WORKFLOW, TASK_CALLBACKS_SIGNAL } from '../../contract/names.js';
import { freePort } from '../../temporal/embedded/ports.js';
import { testServer } from '../support/temporal.js';

const server = await testServer();
const connection = await Connection.connect({ address: server.address });
afterAll(() => connection.close());
const client = new Client({ connection, namespace: server.namespace });

const CALLBACKS: TaskCallback[] = [
  { round: 1, row: 7, attempt: 2, taskId: 'task-7', status: 3 },
  { round: 1, row: 8, attempt: 1, taskId: 'task-8', status: 4 },
];

async function startBatch(): Promise<WorkflowHandle> {
  const workflowId = `batch-${randomUUID()}`;
  const taskQueue = `nobody-${workflowId}`;
  await client.workflow.start(SCORE_BATCH_WORKFLOW, { workflowId, taskQueue, args: [] });
  const handle = client.workflow.getHandle(workflowId);
  afterAll(() => handle.terminate().catch(() => undefined));
  return handle;
}

test('a group of callbacks is one signal in the history of the batch', async () => {
  const handle = await startBatch();
  await signalBatch(client)(handle.workflowId, CALLBACKS);
  const { events } = await handle.fetchHistory();
  const signals = (events ?? []).flatMap(
    ({ workflowExecutionSignaledEventAttributes: signal }) => signal ?? [],
  );
  expect(signals.map(({ signalName }) => signalName)).toEqual([TASK_CALLBACKS_SIGNAL]);
  const payloads = signals[0]?.input?.payloads ?? [];
  expect(
    payloads.map(({ data }) => JSON.parse(Buffer.from(data ?? []).toString()) as unknown),
  ).toEqual([CALLBACKS]);
});

test('a batch that has ended is told apart', async () => {
  const handle = await startBatch();
  await handle.terminate();
  await expect(signalBatch(client)(handle.workflowId, CALLBACKS)).rejects.toThrow(BatchEndedError);
});

test('so is one that never was', async () => {
  const error = await signalBatch(client)('no-such-batch', CALLBACKS).catch(
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BatchEndedError);
  expect((error as Error).message).toContain('no-such-batch');
  expect((error as Error).cause).toBeInstanceOf(Error);
});

test('a namespace that is not there does not mean that the batch has ended', async () => {
  const handle = await startBatch();
  const elsewhere = new Client({ connection, namespace: 'no-such-namespace' });
  const error = await signalBatch(elsewhere)(handle.workflowId, CALLBACKS).catch(
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(BatchEndedError);
});

test('a server out of reach fails the delivery, to be tried again by the sender', async () => {
  const nowhere = Connection.lazy({ address: `127.0.0.1:${await freePort(undefined)}` });
  afterAll(() => nowhere.close());
  const away = new Client({ connection: nowhere, namespace: server.namespace });
  const error = await signalBatch(away, 500)('any', CALLBACKS).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(BatchEndedError);
});

test('a server that hangs fails the delivery too, so that the next one gets its turn', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const hanging = Connection.lazy({ address: `127.0.0.1:${port}` });
  afterAll(async () => {
    await hanging.close();
    silent.close();
  });
  const stuck = new Client({ connection: hanging, namespace: server.namespace });
  const error = await signalBatch(stuck, 500)('any', CALLBACKS).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(BatchEndedError);
});
