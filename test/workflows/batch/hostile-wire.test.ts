// Whoever can reach the server can send anything: nothing of it wedges a workflow.
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { afterAll, expect, test } from 'vitest';
import {
  accountIdOf,
  ACCOUNT_WORKFLOW,
  EVICT_UPDATE,
  NOTIFICATION_WORKFLOW,
  PAUSE_SIGNAL,
  REPORT_SIGNAL,
  RESUME_SIGNAL,
  SCORE_BATCH_WORKFLOW,
  SHARE_SIGNAL,
  taskQueueOf,
  TASK_CALLBACKS_SIGNAL,
  TUNE_UPDATE,
} from '../../../contract/names.js';
import type { CarriedState } from '../../../contract/carried.js';
import { pack } from '../../../workflows/batch/packing.js';
import { chainOf } from '../../support/history.js';
import { clips, startRig } from '../../support/rig.js';
import { testServer } from '../../support/temporal.js';
import { batchUntil } from '../../support/until.js';

const SEED = 7;
const server = await testServer();
const rig = await startRig({ server });
afterAll(() => rig.close());
const { client } = rig;
const taskQueue = taskQueueOf(rig.config.account);

/** Payloads as no client of ours makes them: half a JSON text, and an encoding that the SDK does not know. */
const UNDECODABLE = [
  { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{') },
  { metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.from('x') },
];

function anything(count: number): unknown[] {
  return fc.sample(fc.jsonValue({ maxDepth: 3 }), { numRuns: count, seed: SEED });
}

/** The value with one field wrong, for each of its fields. */
function spoilt(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [{ not: 'this' }];
  return Object.entries(value).flatMap(([name, part]) =>
    spoilt(part).map((wrong) =>
      Array.isArray(value) ? value.with(Number(name), wrong) : { ...value, [name]: wrong },
    ),
  );
}

const PACE = { ratePerSecond: 50, burst: 1, maxInFlight: 5 };
const FRAME = { id: 1, start: 0, intervalMs: 20, burst: 1, turn: 2, own: [0, 1] };
const SHARE = {
  ...{ version: 8e15, slots: 0, frame: FRAME, contended: true, paused: 'x', resumes: 1 },
  slowdown: { reason: 'x', until: 9e13 },
};
const MEMBER = {
  ...{ batch: 'x', chain: 'y', name: 'z', priority: 'urgent', pace: PACE, version: 0, next: 0 },
  ...{ held: 0, wants: 5, resumes: 0, taskTimeoutMs: 1000, denied: 'no' },
  throttled: { class: 'throttled', code: '429', message: 'no', retryAfterMs: 1, moment: 0 },
};
const FAREWELL = { batch: 'x', chain: 'y', next: 0, left: true };
const CALLBACK = { round: 1, row: 0, attempt: 1, taskId: 'a b', status: 3 };

/** Without those of a run that would end as more came in, which is usual. */
async function failedTasks(batch: string, firstRun: string): Promise<unknown[]> {
  const runs = await chainOf(client, batch, firstRun);
  return runs
    .flat()
    .flatMap((event) => event.workflowTaskFailedEventAttributes ?? [])
    .filter(({ failure }) => failure?.message !== 'UnhandledCommand');
}

test('signals and updates of any content are dropped, and the batch goes on', async () => {
  const batch = await rig.start(
    clips(40, () => 'run:300'),
    { pace: { ratePerSecond: 0.2, burst: 1, maxInFlight: 20 }, historyBound: 400 },
  );
  await batchUntil(batch, ({ waiting }) => waiting > 0);
  const handle = client.workflow.getHandle(batch.batch);
  const account = client.workflow.getHandle(accountIdOf(taskQueue));
  const { runId } = await account.describe();
  const some = [...anything(25), undefined, null];
  const bad: [typeof handle, string, unknown[]][] = [
    [handle, TASK_CALLBACKS_SIGNAL, [...some, [CALLBACK], ...spoilt([CALLBACK])]],
    [handle, PAUSE_SIGNAL, some],
    [handle, RESUME_SIGNAL, some],
    [handle, SHARE_SIGNAL, [...some, ...spoilt(SHARE)]],
    [account, REPORT_SIGNAL, [...some, ...spoilt(MEMBER), ...spoilt(FAREWELL)]],
  ];
  const empty = { ...MEMBER, batch: '' };
  await account.signal(REPORT_SIGNAL, empty);
  await Promise.all(
    bad.flatMap(([to, signal, values]) => values.map((value) => to.signal(signal, value))),
  );
  await handle.signal(TASK_CALLBACKS_SIGNAL);
  await account.signal(REPORT_SIGNAL);
  await Promise.all(
    bad.flatMap(([to, signal]) =>
      UNDECODABLE.map((payload) =>
        client.workflowService.signalWorkflowExecution({
          ...{ namespace: server.namespace, signalName: signal, input: { payloads: [payload] } },
          workflowExecution: { workflowId: to.workflowId },
        }),
      ),
    ),
  );
  const asked = [...anything(8), null, ...spoilt(PACE)].flatMap((value) =>
    [TUNE_UPDATE, EVICT_UPDATE].map((update) => account.executeUpdate(update, { args: [value] })),
  );
  for (const answer of await Promise.allSettled(asked)) {
    if (answer.status === 'fulfilled') continue;
    expect(answer.reason).toBeInstanceOf(WorkflowUpdateFailedError);
  }
  await handle.signal(RESUME_SIGNAL);
  await account.executeUpdate(TUNE_UPDATE, { args: [{ ratePerSecond: 200 }] });
  expect(await batch.result()).toMatchObject({ counts: { succeeded: 40 } });
  expect(await failedTasks(batch.batch, batch.handle.firstExecutionRunId)).toEqual([]);
  expect(await failedTasks(account.workflowId, runId)).toEqual([]);
});

test.each([
  [SCORE_BATCH_WORKFLOW, inputs()],
  [ACCOUNT_WORKFLOW, spoilt({ version: 1, historyBound: 10, carried: accountState() })],
  [NOTIFICATION_WORKFLOW, spoilt(notice())],
])('%s started with anything fails at once', async (type, wrong) => {
  const starts = [...anything(12), undefined, ...wrong];
  const ends = starts.map(async (value) => {
    const handle = await client.workflow.start(type, {
      workflowId: `start-${randomUUID()}`,
      taskQueue,
      args: value === undefined ? [] : [value],
    });
    const error: unknown = await handle.result().catch((failure: unknown) => failure);
    expect(error, JSON.stringify(value)).toBeInstanceOf(WorkflowFailedError);
    expect(await failedTasks(handle.workflowId, handle.firstExecutionRunId)).toEqual([]);
  });
  await Promise.all(ends);
});

test.each([SCORE_BATCH_WORKFLOW, ACCOUNT_WORKFLOW, NOTIFICATION_WORKFLOW])(
  '%s started with what cannot be decoded fails at once',
  async (type) => {
    const ends = UNDECODABLE.map(async (payload) => {
      const workflowId = `start-${randomUUID()}`;
      const { runId } = await client.workflowService.startWorkflowExecution({
        ...{ namespace: server.namespace, workflowId, requestId: randomUUID() },
        workflowType: { name: type },
        taskQueue: { name: taskQueue },
        input: { payloads: [payload] },
      });
      const ended = client.workflow.result(workflowId, runId);
      await expect(ended).rejects.toBeInstanceOf(WorkflowFailedError);
      expect(await failedTasks(workflowId, runId)).toEqual([]);
    });
    await Promise.all(ends);
  },
);

function inputs(): unknown[] {
  const options = {
    ...{ pace: PACE, priority: 'normal', probe: false, pollIntervalMs: 500, callbackGraceMs: 500 },
    ...{ taskTimeoutMs: 1000, maxRetries: 1, maxFailedResubmissions: 1, retryBackoffMs: 1 },
    ...{ maxTimedOutResubmissions: 1, historyBound: 100, maxFailures: { clips: 1 } },
    ledger: { location: '/nowhere', kind: 'scored', identity: 'clip' },
  };
  const clip = { row: 1, phase: 'waiting', attempt: 1, notBefore: 0, taskId: 'a', orphans: [1] };
  const carried = {
    ...{ startedAt: 0, cursor: 0, fresh: [[0, 1]], clips: [clip], submissions: 0, warnings: 0 },
    unrecorded: [{ row: 1, status: 'failed', attempts: 1 }],
    membership: {
      ...{ joined: true, share: SHARE, moments: { stopped: false, next: 0, frame: FRAME } },
      told: { held: 0, wants: 0, at: 0 },
    },
    tally: { ended: 0, failed: 0, reasons: { x: 1 } },
    counts: { total: 1, succeeded: 0, failed: 0, rejected: 0, cancelled: 0, skipped: 0 },
    ...{ segment: 0, lastFailures: [{ row: 1, id: 'a', code: 'b', message: 'c' }] },
  };
  const input = { version: 1, name: 'n', store: '/nowhere', round: 1, rows: { count: 2 }, options };
  const packed = pack(carried as unknown as CarriedState);
  return [
    ...spoilt({ ...input, carried }),
    ...spoilt({ ...input, carried: { ...packed, membership: carried.membership } }),
    { version: 1, rows: null, options: {} },
  ];
}

function accountState() {
  const { resumes } = MEMBER;
  const left = ['pace', 'denied', 'throttled', 'resumes'];
  const standing = Object.fromEntries(
    Object.entries(MEMBER).filter(([name]) => !left.includes(name)),
  );
  return {
    ...{ limits: PACE, members: [{ ...standing, share: SHARE }], version: 1, floor: 0, resumes },
    timeline: { id: 1, start: 0, intervalMs: 20, burst: 1, ring: ['x'] },
    speed: { factor: 1, holdUntil: 0, since: 0, inARow: 0 },
  };
}

function notice() {
  const counts = { total: 1, succeeded: 0, failed: 0, rejected: 0, cancelled: 0, skipped: 0 };
  return {
    url: 'http://127.0.0.1:1/',
    notification: { type: 'batch.failed', id: 'a', at: 'b', batch: 'c', account: 'd', counts },
  };
}
