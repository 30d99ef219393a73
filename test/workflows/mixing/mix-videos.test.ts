// The workflow that mixes: over many runs each row is mixed once, and nothing that it is told is lost. The workflow
// and the server are the real ones; the activities only count, so that hundreds of rows take seconds.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, expect, test } from 'vitest';
import { distFile } from '../../../config/paths.js';
import type {
  MixActivities,
  MixAgain,
  MixProgress,
  MixVideosInput,
} from '../../../contract/mix.js';
import { MIX_AGAIN_SIGNAL, MIX_VIDEOS_WORKFLOW, mixingQueueOf } from '../../../contract/names.js';
import { built } from '../../support/built.js';
import { chainOf } from '../../support/history.js';
import { randomOf } from '../../support/random.js';
import { testServer } from '../../support/temporal.js';

await built();
const server = await testServer();
const connection = await Connection.connect({ address: server.address });
const native = await NativeConnection.connect({ address: server.address });
const client = new Client({ connection });
const taskQueue = `mixing-test-${randomUUID()}`;

/** What a batch's store would hold. */
interface Shelf {
  rows: number;
  /** How each row's video was mixed last, and of which round. */
  made: Map<number, string>;
  mixed: number;
  written: number;
}
const shelves = new Map<string, Shelf>();
const shelfOf = (store: string): Shelf => shelves.get(store)!;
const howOf = ({ mix, round }: Pick<MixAgain, 'mix' | 'round'>) => `${mix.loudness} ${round}`;
const PAGE = 20;

const activities: MixActivities = {
  findMixes(input) {
    const { rows, made } = shelfOf(input.store);
    const found: number[] = [];
    let [kept, row] = [0, input.from];
    for (; row < rows && found.length < PAGE; row += 1) {
      if (made.get(row) === howOf(input)) kept += 1;
      else found.push(row);
    }
    return Promise.resolve({ rows: found, kept, ...(row < rows && { next: row }) });
  },
  async mixClip({ store, row, ...how }) {
    const shelf = shelfOf(store);
    await sleep(row % 7);
    shelf.mixed += 1;
    if (row % 10 === 9) return { failure: { id: `c${row}`, message: 'no picture' } };
    shelf.made.set(row, howOf(how));
    return {};
  },
  writeMixes({ store }) {
    shelfOf(store).written += 1;
    return Promise.resolve();
  },
};

const workflowBundle = { codePath: distFile('workflow-bundle.js') };
const workers = await Promise.all([
  Worker.create({ connection: native, taskQueue, workflowBundle }),
  Worker.create({ connection: native, taskQueue: mixingQueueOf(taskQueue), activities }),
]);
const running = workers.map((worker) => worker.run());
afterAll(async () => {
  for (const worker of workers) worker.shutdown();
  await Promise.all(running);
  await Promise.all([connection.close(), native.close()]);
});

const MIX = { loudness: -14, fadeSeconds: 2 };

async function start(rows: number, more: Partial<MixVideosInput> = {}) {
  const store = `/${randomUUID()}`;
  shelves.set(store, { rows, made: new Map(), mixed: 0, written: 0 });
  const input: MixVideosInput = {
    ...{ version: 1, batch: 'b', store, round: 1, mix: MIX, historyBound: 60, ...more },
  };
  const handle = await client.workflow.start<(input: MixVideosInput) => Promise<MixProgress>>(
    MIX_VIDEOS_WORKFLOW,
    { workflowId: `mixing-${randomUUID()}`, taskQueue, args: [input] },
  );
  return { handle, shelf: shelfOf(store) };
}

test('over many runs each row is mixed once, and counted', async () => {
  const { handle, shelf } = await start(150);
  expect(await handle.result()).toMatchObject({
    ...{ state: 'done', complete: true },
    counts: { found: 150, made: 135, kept: 0, failed: 15 },
    lastFailures: [109, 119, 129, 139, 149].map((row) => ({ id: `c${row}` })),
  });
  expect([shelf.mixed, shelf.made.size, shelf.written]).toEqual([150, 135, 1]);
  const runs = await chainOf(client, handle.workflowId, handle.firstExecutionRunId);
  expect(runs.length).toBeGreaterThan(3);
});

test('what it is asked at any moment is done: another round, mixed otherwise', async () => {
  const seeds = Array.from({ length: 24 }, (_, seed) => seed);
  await Promise.all(
    seeds.map(async (seed) => {
      const random = randomOf(seed);
      const { handle, shelf } = await start(30, { historyBound: 20 });
      await sleep(random() * 1200);
      const again = { round: 2, mix: { ...MIX, loudness: -14 - (seed % 3) } };
      const told = await handle.signal(MIX_AGAIN_SIGNAL, again).then(
        () => true,
        (error: unknown) => {
          if (error instanceof WorkflowNotFoundError) return false;
          throw error;
        },
      );
      const { counts } = await client.workflow
        .getHandle<(input: MixVideosInput) => Promise<MixProgress>>(handle.workflowId)
        .result();
      expect(counts.found).toBe(30);
      const how = told ? howOf(again) : howOf({ mix: MIX, round: 1 });
      expect(new Set(shelf.made.values())).toEqual(new Set([how]));
    }),
  );
});

test('a cancelled one writes what there is', async () => {
  const { handle, shelf } = await start(400, { historyBound: 5000 });
  while (shelf.mixed < 30) await sleep(5);
  await handle.cancel();
  const end = await handle.result().catch((error: unknown) => error);
  expect(end).toBeInstanceOf(WorkflowFailedError);
  expect((end as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
  expect(shelf.mixed).toBeLessThan(400);
  expect(shelf.written).toBe(1);
});

test('a bad start fails at once, and a bad request is dropped', async () => {
  const wrong = { mix: { loudness: 3, fadeSeconds: 2 } };
  const { handle } = await start(1, wrong);
  await expect(handle.result()).rejects.toMatchObject({
    cause: { message: expect.stringContaining('.mix.loudness: expected a number') as unknown },
  });
  const good = await start(40);
  for (const bad of [undefined, null, {}, { round: 0, mix: MIX }, { round: 2 }, 'again']) {
    await good.handle.signal(MIX_AGAIN_SIGNAL, bad).catch(() => undefined);
  }
  expect(await good.handle.result()).toMatchObject({ counts: { found: 40, made: 36, failed: 4 } });
});
