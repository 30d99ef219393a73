// Small batches, each with faults drawn from its seed, all with histories so short that they continue as
// new over and over. SEEDS=200 runs so many of them.
import pLimit from 'p-limit';
import { afterAll, expect, test } from 'vitest';
import { faultsOf } from '../../support/checker.js';
import { startRig, type ManifestRow, type Rig } from '../../support/rig.js';
import { randomOf } from '../../support/random.js';
import { testServer } from '../../support/temporal.js';

const SEEDS = Number(process.env['SEEDS'] ?? 60);
/** Batches that have an account to themselves, one after another on each of some accounts. */
const ALONE = { seeds: Math.ceil(SEEDS * 0.75), accounts: 8, atOnce: 1 };
/** Batches that join and leave one account all the time. */
const SHARING = { seeds: Math.floor(SEEDS / 4), accounts: 1, atOnce: 10 };
const ROWS = 6;

const server = await testServer();
const rigs: Rig[] = [];
afterAll(() => Promise.all(rigs.map((rig) => rig.close())));

async function accounts(count: number): Promise<Rig[]> {
  const started = await Promise.all(Array.from({ length: count }, () => startRig({ server })));
  rigs.push(...started);
  return started;
}

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

/** What is wrong with the batch of a seed, in words. */
async function faultsOfSeed(rig: Rig, seed: number): Promise<string[]> {
  const manifest = manifestOf(seed);
  const batch = await rig.start(manifest, {
    historyBound: 30,
    callbackGraceMs: 1200,
    pollIntervalMs: 400,
    retryBackoffMs: 50,
  });
  await batch.result();
  const { runId } = await batch.handle.describe();
  const links = new Set(manifest.map(({ file_link }) => file_link));
  const paid = rig.simulator.ledger().filter(({ fileLink }) => links.has(fileLink));
  const faults = faultsOf(await batch.rows(), ROWS, paid, batch.folder);
  if (runId === batch.handle.firstExecutionRunId) faults.push('never continued as new');
  return faults.map((fault) => `seed ${seed}: ${fault}`);
}

test.concurrent.each([
  ['alone', ALONE, 0],
  ['sharing an account', SHARING, ALONE.seeds],
] as const)(
  'batches %s: one outcome a row, no task lost, nothing paid twice silently',
  async (_, { seeds, accounts: count, atOnce }, from) => {
    const places = (await accounts(count)).map((rig) => ({ rig, limit: pLimit(atOnce) }));
    const wrong = await Promise.all(
      Array.from({ length: seeds }, (_, n) => {
        const { rig, limit } = places[n % count]!;
        return limit(() => faultsOfSeed(rig, from + n));
      }),
    );
    expect(wrong.flat()).toEqual([]);
  },
);
