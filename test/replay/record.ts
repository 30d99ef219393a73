// Records histories of `scoreBatch` for replay.test.ts: `npm run record-history`. Record again, under
// new names, in the commit that adds a `patched(...)`; never replace a recording of a released version.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { execa } from 'execa';
import { afterAll, test } from 'vitest';
import { findTemporalBinary } from '../../workers/embedded/find-binary.js';
import { PAUSE_SIGNAL, RESUME_SIGNAL } from '../../contract/names.js';
import { clips, startRig, type StartedBatch } from '../support/rig.js';
import { testServer } from '../support/temporal.js';

const FOLDER = join(import.meta.dirname, 'histories');
const VERSION = 'v0.1';

const server = await testServer();
const rig = await startRig({ server });
afterAll(() => rig.close());

/** As the command line shows it: the form the SDK replays. */
async function show(workflowId: string, runId: string): Promise<string> {
  const binary = await findTemporalBinary(process.env, () => undefined);
  const which = ['--workflow-id', workflowId, '--run-id', runId];
  const args = ['workflow', 'show', ...which, '--output', 'json', '--address', server.address];
  return (await execa(binary, args)).stdout;
}

async function keep(batch: StartedBatch, name: string): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  let runId: string | undefined = batch.handle.firstExecutionRunId;
  for (let run = 1; runId !== undefined; run++) {
    const history = await show(batch.batch, runId);
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

test('cancelled', async () => {
  const batch = await rig.start(clips(10, () => 'run:60000'));
  while ((await batch.progress()).waiting < 3);
  await batch.handle.cancel();
  await batch.result().catch(() => undefined);
  await keep(batch, 'cancelled');
});
