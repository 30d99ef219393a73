// How a batch sends its notifications on their way.
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { Webhook } from 'standardwebhooks';
import { afterAll, expect, test } from 'vitest';
import { notifyActivity } from '../../activities/notify.js';
import { taskQueueOf } from '../../contract/names.js';
import { createGuardedFetch } from '../../net/guarded-fetch.js';
import { openLocalStore } from '../../store/local-store.js';
import { testServer } from '../support/temporal.js';
import { until } from '../support/until.js';
import { newSecret, receiver } from './support.js';

const server = await testServer();
const account = `told-${randomUUID()}`;
const taskQueue = taskQueueOf(account);
const connection = await Connection.connect({ address: server.address });
const client = new Client({ connection, namespace: server.namespace });
const fetch = createGuardedFetch({ allowHosts: ['127.0.0.1'] });
const native = await NativeConnection.connect({ address: server.address });
const worker = await Worker.create({
  ...{ connection: native, namespace: server.namespace, taskQueue },
  workflowsPath: fileURLToPath(new URL('batches.ts', import.meta.url)),
  activities: {
    notify: notifyActivity({ fetch, openStore: openLocalStore, webhook: new Webhook(newSecret()) }),
  },
});
const running = worker.run();
afterAll(async () => {
  worker.shutdown();
  await running;
  await native.close();
  await fetch.close();
  await connection.close();
});

interface Body {
  type: string;
  timestamp: string;
  data: Record<string, unknown>;
}

/** Returns once so many notifications of a batch have been delivered. */
async function delivered(batch: string, count: number): Promise<void> {
  const query = `WorkflowId STARTS_WITH '${batch}/notification/'`;
  const list = async () => {
    const ids: string[] = [];
    for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
    return ids;
  };
  const ids = await until(list, (found) => found.length === count);
  await Promise.all(ids.map((id) => client.workflow.getHandle(id).result()));
}

test('a batch ends although its receiver is down, which learns all of it later', async () => {
  let up = false;
  const { received, url } = await receiver(() => (up ? 200 : 500));
  const batch = `batch-${randomUUID()}`;
  await client.workflow.execute('batch', { workflowId: batch, taskQueue, args: [url] });
  up = true;
  await delivered(batch, 2);
  const taken = received.map(({ body }) => JSON.parse(body) as Body);
  const paused = taken.find(({ type }) => type === 'batch.paused');
  expect(paused?.data).toEqual({
    ...{ batch, account, name: 'test', state: 'paused', reason: 'out of credit' },
    ...{ counts: { ...NONE, total: 1, succeeded: 1 }, results: '/results' },
  });
  const finished = taken.find(({ type }) => type === 'batch.finished');
  expect(finished?.data).toMatchObject({ batch, state: 'finished' });
  expect(finished?.data).not.toHaveProperty('reason');
  expect(Math.abs(Date.parse(finished?.timestamp ?? '') - Date.now())).toBeLessThan(60_000);
  const ids = received.map(({ headers }) => headers['webhook-id']);
  expect(new Set(ids).size).toBe(2);
  for (const id of ids) expect(id).not.toContain('.');
});

test('a batch that is being cancelled still tells so', async () => {
  const { received, url } = await receiver(() => 200);
  const batch = `batch-${randomUUID()}`;
  const handle = await client.workflow.start('cancelled', {
    ...{ workflowId: batch, taskQueue, args: [url] },
  });
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow();
  await delivered(batch, 1);
  expect(received.map(({ body }) => (JSON.parse(body) as Body).type)).toEqual(['batch.cancelled']);
});

test('without a URL nothing is started', async () => {
  const batch = `batch-${randomUUID()}`;
  await client.workflow.execute('untold', { workflowId: batch, taskQueue });
  const { events } = await client.workflow.getHandle(batch).fetchHistory();
  const children = events?.filter(
    (event) => event.startChildWorkflowExecutionInitiatedEventAttributes,
  );
  expect(events?.length).toBeGreaterThan(0);
  expect(children).toEqual([]);
});

const NONE = { failed: 0, rejected: 0, cancelled: 0, skipped: 0 };
