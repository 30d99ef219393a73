// What it brought to submit in groups and to let callbacks wait for each other: the state of this package before that,
// built from the repository's history, and this one, by turns, each as its users run it.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { distFile } from '../config/paths.js';
import { ACCOUNT_PREFIX } from '../contract/names.js';
import { oldRelease } from '../test/support/old-release.js';
import { compete } from './contenders/compete.js';
import type { Job } from './contenders/contender.js';
import { BATCH, prepareReelscore, type PreparedReelscore } from './contenders/reelscore.js';
import type { Measurement } from './report.js';
import { useOfSlots } from './slots.js';
import { totalActions } from './support/actions.js';
import { countByPrefix, countHistories, sum } from './support/history.js';
import { median } from './support/median.js';
import { withScratch } from './support/scratch.js';

export interface GroupingSizes {
  /** Clips of a batch at full speed. */
  fullSpeedClips: number;
  /** Clips of a batch at one submission a second. */
  slowClips: number;
  /** Clips of a batch that waits for slots. */
  slotClips: number;
  /** Batches each at full speed; the medians count. */
  rounds: number;
}

/** One course of both, by turns. */
interface Pair<T> {
  earlier: T[];
  now: T[];
}

const FULL_SPEED = { ratePerSecond: 1000, maxInFlight: 200, vendor: { taskMs: 0 } };
const SLOW = { ratePerSecond: 1, maxInFlight: 200, vendor: { taskMs: 0 } };

export async function grouping(sizes: GroupingSizes): Promise<Measurement[]> {
  return await withScratch(async (folder) => {
    const program = await oldRelease(join(folder, 'earlier'));
    if (program === undefined) {
      console.error('grouping: skipped, the history does not go back to the state before it');
      return [];
    }
    const fast = { ...FULL_SPEED, rows: sizes.fullSpeedClips };
    const slow = { ...SLOW, rows: sizes.slowClips };
    const speeds = await byTurns(program, sizes.rounds, (command) => score(command, fast));
    const paced = await byTurns(program, 1, (command) => score(command, slow));
    const uses = await byTurns(program, 1, (command) =>
      useOfSlots(stateOf(command), sizes.slotClips),
    );
    const id = 'grouping';
    return [
      ...compare(`${id}.clips-per-second`, 'full speed', 'clips/s', speeds, (run) => run.speed),
      ...compare(`${id}.actions`, 'actions, full speed', 'a clip', speeds, (run) => run.actions),
      ...compare(`${id}.slow-actions`, 'actions, 1/s', 'a clip', paced, (run) => run.actions),
      ...compare(
        `${id}.refill`,
        'a slot refilled, median',
        'ms',
        uses,
        ({ refill }) => refill.median,
      ),
      ...compare(
        `${id}.refill-p99`,
        'a slot refilled, p99',
        'ms',
        uses,
        ({ refill }) => refill.p99,
      ),
    ];
  });
}

async function byTurns<T>(
  earlier: string,
  rounds: number,
  measure: (command: string) => Promise<T>,
): Promise<Pair<T>> {
  const runs: Pair<T> = { earlier: [], now: [] };
  for (let round = 0; round < rounds; round += 1) {
    runs.earlier.push(await measure(earlier));
    runs.now.push(await measure(distFile('cli/main.js')));
    console.error(JSON.stringify([runs.earlier.at(-1), runs.now.at(-1)]));
  }
  return runs;
}

/** From the first submission to the results, with what the histories hold. */
async function score(
  program: string,
  course: typeof FULL_SPEED & { rows: number },
): Promise<{ speed: number; actions: number }> {
  let actions = 0;
  return await compete(
    stateOf(program),
    course,
    async (vendor, { out }) => {
      const [first] = await vendor.arrivals();
      const { accepted } = (await vendor.stats()).submissions;
      if (!first || accepted !== course.rows) throw new Error(`only ${accepted} clips submitted`);
      const seconds = ((await stat(join(out, 'summary.json'))).mtimeMs - first.at) / 1000;
      return { speed: course.rows / seconds, actions: actions / course.rows };
    },
    async (prepared) => {
      await prepared.start().done;
      actions = await countAll(prepared.temporal);
    },
  );
}

function stateOf(program: string) {
  return { prepare: (job: Job) => prepareReelscore(job, program) };
}

/** What the batch and its account left in their histories. */
async function countAll({ address, namespace }: PreparedReelscore['temporal']): Promise<number> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection, namespace });
    const batch = await countHistories(client, [BATCH]);
    return totalActions(sum([batch, await countByPrefix(client, ACCOUNT_PREFIX)]).actions);
  } finally {
    await connection.close();
  }
}

function compare<T>(
  id: string,
  what: string,
  unit: string,
  runs: Pair<T>,
  value: (run: T) => number,
): Measurement[] {
  const [earlier, now] = [runs.earlier.map(value), runs.now.map(value)];
  // Neighbours in time, so that a slow minute of the machine is in both.
  const times = now.map((one, round) => one / earlier[round]!);
  return [
    {
      id: `${id}.earlier`,
      what: `${what}, before`,
      unit,
      value: median(earlier),
      samples: earlier,
    },
    { id: `${id}.now`, what: '  now', unit, value: median(now), samples: now },
    { id: `${id}.times`, what: '  ratio', unit: 'times', value: median(times), samples: times },
  ];
}
