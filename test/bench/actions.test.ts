// The figures of `npm run bench -- actions`.
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { Context } from '@temporalio/activity';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  actionsSince,
  countActions,
  NO_ACTIONS,
  sumActions,
  totalActions,
  type HistoryEvent,
} from '../../bench/support/actions.js';
import { startGrpcCounter, type GrpcCounter } from '../../bench/support/grpc-counter.js';
import { countByPrefix, countHistories, countsSince } from '../../bench/support/history.js';
import { testServer } from '../support/temporal.js';

const server = await testServer();
const taskQueue = `bench-${randomUUID()}`;
let counter: GrpcCounter;
let connection: Connection;
let client: Client;

beforeAll(async () => {
  counter = await startGrpcCounter(server.address);
  connection = await Connection.connect({ address: counter.address });
  client = new Client({ connection, namespace: server.namespace });
});
afterAll(async () => {
  await connection.close();
  await counter.close();
});

async function withWorker(work: () => Promise<void>): Promise<void> {
  const native = await NativeConnection.connect({ address: counter.address });
  const worker = await Worker.create({
    ...{ connection: native, namespace: server.namespace, taskQueue },
    workflowsPath: fileURLToPath(new URL('counted-workflows.ts', import.meta.url)),
    activities: {
      failOnce() {
        if (Context.current().info.attempt === 1) throw new Error('once');
      },
      heartbeat() {
        Context.current().heartbeat('here');
      },
    },
  });
  await worker.runUntil(work);
  await native.close();
}

test('tries of activities, signals both ways, timers and starts are counted, each once', async () => {
  const prefix = randomUUID();
  const [other, main] = [`${prefix}-other`, `${prefix}-main`];
  await withWorker(async () => {
    const waiting = await client.workflow.start('signalled', { workflowId: other, taskQueue });
    await waiting.signal('go');
    await client.workflow.execute('counted', {
      ...{ workflowId: main, taskQueue, args: [other] },
    });
    await waiting.result();
  });
  const { events, actions } = await countHistories(client, [main, other]);
  expect(actions).toEqual({
    ...NO_ACTIONS,
    ...{ starts: 3, timers: 1, activities: 3, signals: 2 },
  });
  expect(totalActions(actions)).toBe(9);
  expect(events).toBeGreaterThan(20);

  await expect.poll(() => countByPrefix(client, prefix)).toEqual({ events, actions });
  const first = await countHistories(client, [other]);
  expect(countsSince(first, { events, actions })).toEqual(await countHistories(client, [main]));
});

test('calls that leave no event are counted on their way', () => {
  expect(counter.calls('RecordActivityTaskHeartbeat')).toBe(1);
  expect(counter.calls('QueryWorkflow')).toBe(0);
  expect(counter.calls('StartWorkflowExecution')).toBe(2);
});

test("the server's errors come through the counter", async () => {
  const describing = client.workflow.getHandle(`none-${randomUUID()}`).describe();
  await expect(describing).rejects.toBeInstanceOf(WorkflowNotFoundError);
});

test('an activity counts while it runs, and not when it never began', () => {
  const scheduled = (eventId: number) => ({ eventId, activityTaskScheduledEventAttributes: {} });
  const timedOut = (scheduledEventId: number) => ({
    ...{ eventId: 9, activityTaskTimedOutEventAttributes: { scheduledEventId } },
  });
  const started = (scheduledEventId: number, attempt: number) => ({
    ...{ eventId: 8, activityTaskStartedEventAttributes: { scheduledEventId, attempt } },
  });
  const count = (...events: unknown[]) => countActions(events as HistoryEvent[]).activities;
  expect(count(scheduled(5))).toBe(1);
  expect(count(scheduled(5), timedOut(5))).toBe(0);
  expect(count(scheduled(5), started(5, 4), timedOut(5))).toBe(4);
  expect(count(scheduled(5), scheduled(6), started(5, 1))).toBe(2);
});

test('counts are added and taken apart kind by kind', () => {
  const one = { ...NO_ACTIONS, activities: 2, timers: 1 };
  const other = { ...NO_ACTIONS, activities: 1, signals: 4 };
  const both = { ...NO_ACTIONS, activities: 3, signals: 4, timers: 1 };
  expect(sumActions([one, other])).toEqual(both);
  expect(actionsSince(one, both)).toEqual(other);
  expect(sumActions([])).toEqual(NO_ACTIONS);
});
