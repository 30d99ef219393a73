// Pausing, resuming, cancelling, and the vendor denying access.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { afterAll, expect, test } from 'vitest';
import type { BatchProgress } from '../../../contract/batch.js';
import {
  PAUSE_SIGNAL,
  PROGRESS_QUERY,
  RESUME_SIGNAL,
  SCORE_BATCH_WORKFLOW,
  taskQueueOf,
} from '../../../contract/names.js';
import { startWorker } from '../../../workers/worker.js';
import { faultsOf } from '../../support/checker.js';
import { clips, startRig } from '../../support/rig.js';
import { testServer } from '../../support/temporal.js';
import { batchUntil, until } from '../../support/until.js';

const server = await testServer();
const rig = await startRig({ server });
afterAll(() => rig.close());

test('denied keys pause the batch; resuming goes on without a clip lost', async () => {
  rig.simulator.setKeysRevoked(true);
  const batch = await rig.start(clips(8));
  const paused = await batchUntil(batch, ({ state }) => state === 'paused');
  expect(paused.pauseReason).toContain('401');
  expect(paused.counts).toMatchObject({ succeeded: 0, failed: 0, rejected: 0 });
  const { length: arrived } = rig.simulator.arrivals();
  expect(arrived).toBeLessThanOrEqual(8); // it does not go on trying
  await sleep(500);
  expect(rig.simulator.arrivals()).toHaveLength(arrived);

  rig.simulator.setKeysRevoked(false);
  await batch.handle.signal(RESUME_SIGNAL);
  const { counts } = await batch.result();
  expect(counts.succeeded).toBe(8);
  expect(rig.simulator.ledger()).toHaveLength(8);
});

test('a paused batch submits nothing and still takes in what is at the vendor', async () => {
  const pace = { ratePerSecond: 5, burst: 1, maxInFlight: 50 };
  const batch = await rig.start(clips(20), { pace });
  await batchUntil(batch, ({ submissions }) => submissions >= 2);
  await batch.handle.signal(PAUSE_SIGNAL);
  const still = await batchUntil(
    batch,
    ({ submitting, waiting, finishing }) => submitting + waiting + finishing === 0,
  );
  expect(still.state).toBe('paused');
  expect(still.counts.succeeded).toBe(still.submissions);
  expect(still.submissions).toBeLessThan(20);
  await batch.handle.signal(RESUME_SIGNAL);
  expect((await batch.result()).counts.succeeded).toBe(20);
});

test('a cancelled batch records what is open and writes its results', async () => {
  const before = rig.simulator.ledger().length;
  const pace = { ratePerSecond: 10, burst: 1, maxInFlight: 50 };
  const batch = await rig.start(
    clips(40, (n) => (n % 2 ? 'run:600000' : '')),
    { pace },
  );
  await batchUntil(batch, ({ counts, waiting }) => counts.succeeded >= 2 && waiting >= 2);
  await batch.handle.cancel();
  const error = await batch.result().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(WorkflowFailedError);
  expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);

  const rows = await batch.rows();
  const paid = rig.simulator.ledger().slice(before);
  expect(faultsOf(rows, 40, paid, batch.folder)).toEqual([]);
  expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(['succeeded', 'cancelled']));
  // Paid work stays findable: every accepted task is named in the results.
  const named = new Set(rows.map(({ task_id }) => task_id));
  expect(paid.filter(({ taskId }) => !named.has(taskId))).toEqual([]);
});

test('a batch cancelled while it waits for its share ends at once', async () => {
  const pace = { ratePerSecond: 50, burst: 1, maxInFlight: 1 };
  const first = await rig.start(
    clips(5, () => 'run:600000'),
    { pace },
  );
  await batchUntil(first, ({ waiting }) => waiting === 1);
  const waits = await rig.start(clips(5), { pace });
  await batchUntil(waits, ({ queued }) => queued === 5);
  await sleep(500);
  await waits.handle.cancel();
  await expect(waits.result()).rejects.toThrow(WorkflowFailedError);
  expect((await waits.rows()).map(({ status }) => status)).toEqual(Array(5).fill('cancelled'));
  await first.handle.terminate();
});

test.each([
  [[RESUME_SIGNAL, PAUSE_SIGNAL], 'paused'],
  [[PAUSE_SIGNAL, RESUME_SIGNAL], 'running'],
])('signals that come before a worker does count in their order: %s', async (signals, state) => {
  const account = `late-${randomUUID()}`.slice(0, 40);
  const handle = await rig.client.workflow.start(SCORE_BATCH_WORKFLOW, {
    workflowId: `late-${randomUUID()}`,
    taskQueue: taskQueueOf(account),
    args: [
      {
        version: 1,
        manifest: { clips: clips(3, () => 'run:600000') },
        results: rig.config.ledgerDir,
        settings: { probe: false },
      },
    ],
  });
  for (const signal of signals) await handle.signal(signal);
  const temporal = { connection: { address: server.address }, namespace: server.namespace };
  const worker = await startWorker({ config: { ...rig.config, account }, temporal });
  try {
    const reached = await until(
      () => handle.query<BatchProgress>(PROGRESS_QUERY),
      (now) => now.state !== 'opening' && (now.state === 'paused' || now.submissions > 0),
    );
    expect(reached).toMatchObject({ state, ...(state === 'paused' && { submissions: 0 }) });
  } finally {
    await handle.terminate();
    await worker.stop();
  }
});
