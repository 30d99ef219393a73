// Records histories of the workflows for replay.test.ts: `npm run record-history`. Record again, under
// new names (keep.ts), in the commit that adds a `patched(...)`; never replace a recording of a released version.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'csv-stringify/sync';
import { afterAll, test } from 'vitest';
import type { AccountInput } from '../../contract/account.js';
import type { ScoreBatchInput } from '../../contract/batch.js';
import type { CarriedState } from '../../contract/carried.js';
import {
  accountIdOf,
  ACCOUNT_WORKFLOW,
  mixIdOf,
  PAUSE_SIGNAL,
  RESUME_SIGNAL,
  SCORE_BATCH_WORKFLOW,
  taskQueueOf,
  TUNE_UPDATE,
} from '../../contract/names.js';
import { pack } from '../../workflows/batch/packing.js';
import { makeClips, picture } from '../media/clips.js';
import { serve } from '../net/servers.js';
import { startNights } from '../nightly/rig.js';
import { newSecret } from '../notifications/support.js';
import { chainOf } from '../support/history.js';
import { clips, startRig, type StartedBatch } from '../support/rig.js';
import { testServer } from '../support/temporal.js';
import { batchUntil, until } from '../support/until.js';
import { keeper } from './keep.js';

const server = await testServer();
const rig = await startRig({ server });
const env = { REELSCORE_WEBHOOK_SECRET: newSecret(), REELSCORE_ALLOW_HOSTS: '127.0.0.1' };
const nights = await startNights({ server, env });
afterAll(() => Promise.all([rig.close(), nights.close()]));
const keepChain = keeper(server);

async function keep({ batch, handle }: StartedBatch, name: string): Promise<void> {
  await keepChain(batch, handle.firstExecutionRunId, name);
}

test('plain', async () => {
  const batch = await rig.start(clips(60));
  await batch.result();
  await keep(batch, 'plain');
});

test('faults and continue-as-new', async () => {
  const faults = ['', 'early', 'drop-after', 'fail*1', '429:0*1', 'lost', 'expired*1', 'http:400'];
  const batch = await rig.start(
    clips(24, (n) => faults[n % faults.length] ?? ''),
    { historyBound: 60 },
  );
  await batch.result();
  await keep(batch, 'faults');
});

test('polling, paused and resumed', async () => {
  const batch = await rig.start(
    clips(24, () => 'lost'),
    { callbackGraceMs: 400, pace: { ratePerSecond: 10, burst: 1, maxInFlight: 8 } },
  );
  await batchUntil(batch, ({ submissions }) => submissions > 4);
  await batch.handle.signal(PAUSE_SIGNAL);
  await batchUntil(batch, ({ state, submitting }) => state === 'paused' && submitting === 0);
  await batch.handle.signal(RESUME_SIGNAL);
  await batch.result();
  await keep(batch, 'paused');
});

test('continued as new, with tasks at the vendor', async () => {
  const batch = await rig.start(
    clips(60, () => 'run:2000'),
    { historyBound: 80, pace: { ratePerSecond: 20, burst: 5, maxInFlight: 30 } },
  );
  await batch.result();
  await keep(batch, 'continued');
});

test('continued as new by a packed state', async () => {
  const batch = await rig.start(
    clips(60, () => 'run:3000'),
    { historyBound: 40, pace: { ratePerSecond: 20, burst: 5, maxInFlight: 40 } },
  );
  const { client, config } = rig;
  const handle = client.workflow.getHandle(batch.batch);
  const runs = () => chainOf(client, batch.batch, batch.handle.firstExecutionRunId);
  const [, second] = await until(runs, ({ length }) => length > 1);
  await handle.terminate();
  const started = second?.[0]?.workflowExecutionStartedEventAttributes;
  const [payload] = started?.input?.payloads ?? [];
  const input = JSON.parse(Buffer.from(payload?.data ?? []).toString()) as ScoreBatchInput;
  const carried = pack(input.carried as CarriedState);
  // As it would be handed over by a run with more than 1.5 MB of state.
  const { firstExecutionRunId } = await client.workflow.start(SCORE_BATCH_WORKFLOW, {
    ...{ workflowId: batch.batch, taskQueue: taskQueueOf(config.account) },
    args: [{ ...input, carried, options: { ...input.options, historyBound: 8000 } }],
  });
  await batch.result();
  await keepChain(batch.batch, firstExecutionRunId, 'packed');
});

test('a request by URL, which tells of its pause and of its end', async () => {
  const rows = clips(30).map((row) => ({ ...row, id: `${row.id}-${Date.now()}` }));
  const manifest = stringify(rows, { header: true });
  const { origin } = await serve((_, response) => response.end(manifest));
  const receiver = await serve((_, response) => response.writeHead(200).end());
  const started = await nights.request({
    manifest: `${origin}/library.csv`,
    settings: { ...nights.settings, rate: 10, burst: 1, notify: `${receiver.origin}/hook` },
  });
  await until(
    () => nights.api.status(started.workflowId),
    ({ submissions = 0 }) => submissions > 4,
  );
  await nights.api.pause(started.workflowId);
  await until(
    () => Promise.resolve(receiver.seen),
    ({ length }) => length > 0,
  );
  await nights.api.resume(started.workflowId);
  await nights.api.wait(started.workflowId);
  await keepChain(started.workflowId, started.firstExecutionRunId, 'request');
  await keepNotification(started, 'notification');
});

test('a request that cannot be opened, whose receiver wants no more', async () => {
  const receiver = await serve((_, response) => response.writeHead(410).end());
  const started = await nights.request({
    manifest: join(nights.cwd, 'not-there.csv'),
    settings: { ...nights.settings, notify: `${receiver.origin}/hook` },
  });
  await started.result().catch(() => undefined);
  await keepChain(started.workflowId, started.firstExecutionRunId, 'unopened');
  await keepNotification(started, 'unwanted');
});

/** The first that a batch started, when it has ended. */
async function keepNotification(
  { workflowId, firstExecutionRunId }: { workflowId: string; firstExecutionRunId: string },
  name: string,
): Promise<void> {
  const { client } = nights.rig;
  const [run] = await chainOf(client, workflowId, firstExecutionRunId);
  const child = run?.flatMap(
    (event) =>
      event.childWorkflowExecutionStartedEventAttributes?.workflowExecution?.workflowId ?? [],
  )[0];
  if (child === undefined) throw new Error(`${workflowId} started no notification`);
  const handle = client.workflow.getHandle(child);
  await handle.result().catch(() => undefined);
  await keepChain(child, (await handle.describe()).runId, name);
}

test('clips that are fitted, and a long one in parts', async () => {
  const x264 = '-c:v libx264 -preset ultrafast';
  const made = await makeClips({
    'long.mp4': `${picture('128x96', '5', 100)} ${x264}`,
    'screen.webm': `${picture('640x480', '25', 2)} -c:v libvpx-vp9 -deadline realtime`,
    'good.mp4': `${picture('640x360', '25', 2)} ${x264}`,
  });
  const rows = [...made.keys()].map((name) => ({
    id: name,
    file_link: join(nights.cwd, name),
    prompt: 'Calm',
  }));
  for (const [name, content] of made) await writeFile(join(nights.cwd, name), content);
  const started = await nights.request({
    manifest: await nights.manifest(rows),
    settings: { ...nights.settings, fit: true, long: 'parts', probe: true },
  });
  await nights.api.wait(started.workflowId);
  await keepChain(started.workflowId, started.firstExecutionRunId, 'parts');
});

test('a batch of a client, with memo and attributes, and its retry', async () => {
  const rows = clips(6, (n) => (n < 2 ? 'fail*2' : '')).map((row) => ({
    ...row,
    id: `${row.id}-${Date.now()}`,
  }));
  const { batch } = await nights.api.start(await nights.manifest(rows));
  await nights.api.wait(batch);
  const runOf = async () => (await nights.rig.client.workflow.getHandle(batch).describe()).runId;
  await keepChain(batch, await runOf(), 'client');
  await nights.api.retry(batch);
  await nights.api.wait(batch);
  await keepChain(batch, await runOf(), 'retry');
});

test('takes, and a cap that is reached', async () => {
  const batch = await rig.start(clips(8), {
    ...{ takes: 2, cap: { submissions: 9, code: 'max_submissions_reached' } },
  });
  await batch.result();
  await keep(batch, 'takes');
});

test('too many failures', async () => {
  const batch = await rig.start(
    clips(8, (n) => (n < 4 ? 'fail*2' : '')),
    { maxFailures: { clips: 2 }, pace: { ratePerSecond: 4, burst: 1, maxInFlight: 4 } },
  );
  await batchUntil(batch, ({ state }) => state === 'paused');
  await batch.handle.signal(RESUME_SIGNAL);
  await batch.result();
  await keep(batch, 'breaker');
});

test('cancelled', async () => {
  const batch = await rig.start(clips(10, () => 'run:60000'));
  while ((await batch.progress()).waiting < 3);
  await batch.handle.cancel();
  await batch.result().catch(() => undefined);
  await keep(batch, 'cancelled');
});

test('videos, over several runs', async () => {
  const batch = await rig.start(clips(12), {
    ...{ mix: { loudness: -14, fadeSeconds: 2 }, historyBound: 40 },
  });
  await batch.result();
  const workflowId = mixIdOf(batch.batch);
  const mixing = rig.client.workflow.getHandle(workflowId);
  await mixing.result();
  await keep(batch, 'mixed');
  const history = await mixing.fetchHistory();
  const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
  await keepChain(workflowId, String(started?.firstExecutionRunId), 'videos');
}, 180_000);

test('an account shared, tuned, throttled, paused, and continued as new', async () => {
  const taskQueue = taskQueueOf(rig.config.account);
  const workflowId = accountIdOf(taskQueue);
  await rig.client.workflow
    .getHandle(workflowId)
    .terminate()
    .catch(() => undefined);
  const input: AccountInput = { version: 1, historyBound: 80 };
  const { firstExecutionRunId } = await rig.client.workflow.start(ACCOUNT_WORKFLOW, {
    ...{ workflowId, taskQueue, args: [input] },
  });
  const pace = { ratePerSecond: 20, burst: 1, maxInFlight: 6 };
  const batches = [
    await rig.start(
      clips(40, (n) => (n === 5 ? '429:0*1' : '')),
      { pace },
    ),
    await rig.start(clips(40), { pace, priority: 'urgent' }),
    await rig.start(clips(10), { pace, priority: 'background' }),
  ];
  await batches[2]!.handle.terminate();
  const account = rig.client.workflow.getHandle(workflowId);
  await account.executeUpdate(TUNE_UPDATE, { args: [{ ratePerSecond: 30 }] });
  await sleep(2000);
  rig.simulator.setKeysRevoked(true);
  await sleep(2000);
  rig.simulator.setKeysRevoked(false);
  await batches[0]!.handle.signal(RESUME_SIGNAL);
  for (const batch of batches.slice(0, 2)) await batch.result();
  await keep(batches[1]!, 'shared');
  await sleep(62_000); // it ends by itself
  await keepChain(workflowId, firstExecutionRunId, 'account');
}, 180_000);
