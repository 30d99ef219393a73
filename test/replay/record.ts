// Records histories of the workflows for replay.test.ts: `npm run record-history`. Record again, under
// new names, in the commit that adds a `patched(...)`; never replace a recording of a released version.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { execa } from 'execa';
import { afterAll, test } from 'vitest';
import { findTemporalBinary } from '../../temporal/embedded/find-binary.js';
import type { AccountInput } from '../../contract/account.js';
import {
  accountIdOf,
  ACCOUNT_WORKFLOW,
  mixIdOf,
  PAUSE_SIGNAL,
  RESUME_SIGNAL,
  taskQueueOf,
  TUNE_UPDATE,
} from '../../contract/names.js';
import { batchUntil } from '../support/until.js';
import { startNights } from '../nightly/rig.js';
import { clips, startRig, type StartedBatch } from '../support/rig.js';
import { testServer } from '../support/temporal.js';

const FOLDER = join(import.meta.dirname, 'histories');
const VERSION = 'v0.1';

const server = await testServer();
const rig = await startRig({ server });
const nights = await startNights({ server });
afterAll(() => Promise.all([rig.close(), nights.close()]));

/** As the command line shows it: the form the SDK replays. */
async function show(workflowId: string, runId: string): Promise<string> {
  const binary = await findTemporalBinary(process.env, () => undefined);
  const which = ['--workflow-id', workflowId, '--run-id', runId];
  const args = ['workflow', 'show', ...which, '--output', 'json', '--address', server.address];
  return (await execa(binary, args)).stdout;
}

async function keep({ batch, handle }: StartedBatch, name: string): Promise<void> {
  await keepChain(batch, handle.firstExecutionRunId, name);
}

/** Every run of an execution chain. */
async function keepChain(workflowId: string, firstRun: string, name: string): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  let runId: string | undefined = firstRun;
  for (let run = 1; runId !== undefined; run++) {
    const history = await show(workflowId, runId);
    runId = /"newExecutionRunId": *"([^"]+)"/.exec(history)?.[1];
    // Process and host names of whoever records have no place in a repository.
    const json = history
      .replaceAll(/"identity": *"[^"]*"/g, '"identity": "recorder"')
      .replaceAll(/"\d+@[^"]*-([0-9a-f]{32})"/g, '"recorder-$1"'); // sticky task queues

    await writeFile(
      join(FOLDER, `${VERSION}-${name}-${run}.json.gz`),
      await promisify(gzip)(json, { level: 9 }),
    );
  }
}

test('plain', async () => {
  const batch = await rig.start(clips(25));
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
    clips(10, () => 'lost'),
    { callbackGraceMs: 400, pace: { ratePerSecond: 10, burst: 1, maxInFlight: 4 } },
  );
  await batch.handle.signal(PAUSE_SIGNAL);
  await batch.handle.signal(RESUME_SIGNAL);
  await batch.result();
  await keep(batch, 'paused');
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
