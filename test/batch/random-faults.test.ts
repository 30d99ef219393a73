// Some hundred small batches, each with faults drawn from its seed, all with histories so short that
// they continue as new over and over.
import pLimit from 'p-limit';
import { afterAll, expect, test } from 'vitest';
import { faultsOf } from '../support/checker.js';
import { startRig, type ManifestRow } from '../support/rig.js';
import { randomOf } from '../support/random.js';
import { testServer } from '../support/temporal.js';

const SEEDS = 200;
const ROWS = 6;
const AT_ONCE = 8;

const rig = await startRig({ server: await testServer() });
afterAll(() => rig.close());

/** Weighted towards what makes callbacks come early, late, often and out of order. */
const FAULTS = [
  '',
  'early',
  'late:300',
  'late:900',
  'lost',
  'duplicate:9',
  'reordered:1',
  'reordered:3',
  'early,duplicate:3',
  'slow:200',
  'slow:200,duplicate:2',
  'drop-after',
  'drop-after,late:400',
  'drop-after,early,duplicate:2',
  'drop-after*1,lost*1',
  'drop-before*1',
  'forged-mac,run:80',
  'forged-status,run:150',
  'forged-task,run:150',
  'drop-after,forged-task,run:150',
  'processing,run:80',
  'fail*1',
  'fail',
  'timed-out*1,late:200',
  'cancel',
  '429:0*2',
  'http:500*1',
  'http-after:504',
  'code:689999*1',
  'query:500*1',
  'expired*1',
  'cut*1',
];

function manifestOf(seed: number): ManifestRow[] {
  const random = randomOf(seed);
  return Array.from({ length: ROWS }, (_, n) => ({
    id: `c${n}`,
    file_link: `http://simulator.localhost/clips/load/${seed}-${n}.mp4?sim=${
      FAULTS[Math.floor(random() * FAULTS.length)] ?? ''
    }`,
    prompt: 'any',
  }));
}

test(`${SEEDS} seeds: one outcome a row, no task lost, nothing paid twice silently`, async () => {
  const limit = pLimit(AT_ONCE);
  let runs = 0;
  const wrong = await Promise.all(
    Array.from({ length: SEEDS }, (_, seed) =>
      limit(async () => {
        const manifest = manifestOf(seed);
        const batch = await rig.start(manifest, {
          historyBound: 30,
          callbackGraceMs: 1200,
          pollIntervalMs: 400,
          retryBackoffMs: 50,
        });
        await batch.result();
        const { runId } = await batch.handle.describe();
        if (runId !== batch.handle.firstExecutionRunId) runs += 1;
        const links = new Set(manifest.map(({ file_link }) => file_link));
        const paid = rig.simulator.ledger().filter(({ fileLink }) => links.has(fileLink));
        const faults = faultsOf(await batch.rows(), ROWS, paid, batch.folder);
        return faults.map((fault) => `seed ${seed}: ${fault}`);
      }),
    ),
  );
  expect(wrong.flat()).toEqual([]);
  expect(runs).toBe(SEEDS); // each continued as new at least once
}, 400_000);
