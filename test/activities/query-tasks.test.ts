import { describe, expect, test } from 'vitest';
import type { QueryTasksInput, TaskRef } from '../../contract/activities.js';
import type { Simulator } from '../../tomoviee/simulator/simulator.js';
import { query, simulate, submit } from '../tomoviee/simulator/support.js';
import { startVendor, type Reply } from '../tomoviee/vendor-stub.js';
import { BATCH, frozenBatch, manifestOf, run, start, vendorAt, workerOf } from './support.js';

async function inputOf(tasks: TaskRef[], manifest?: string): Promise<QueryTasksInput> {
  const { location } = await frozenBatch(manifest ?? manifestOf(Math.max(1, tasks.length)));
  return { store: location, round: 1, tasks };
}

function refs(count: number): TaskRef[] {
  return Array.from({ length: count }, (_, row) => ({ row, attempt: 1, taskId: `t${row}` }));
}

/** A vendor whose every answer depends on how many it has given. */
async function asking(count: number, reply: (nth: number) => Reply) {
  const { baseUrl, seen } = await startVendor((_seen, nth) => reply(nth));
  const worker = workerOf({ vendor: vendorAt(baseUrl) });
  return {
    output: await run(worker, 'queryTasks', await inputOf(refs(count))),
    asked: seen.length,
  };
}

const RUNNING: Reply = { body: { code: 0, msg: '', data: { status: 2 } } };
const BUSY: Reply = { status: 500, body: { code: 500, msg: 'busy' } };

describe('tasks at the simulator', () => {
  async function ended(simulator: Simulator, fault: string): Promise<string> {
    const taskId = await submit(simulator, { file_link: `http://clips.example/?sim=${fault}` });
    await expect.poll(async () => (await query(simulator, taskId)).status).toBeGreaterThan(2);
    return taskId;
  }

  test('are told apart by how they ended; those still running are in no list', async () => {
    const simulator = await simulate();
    const tasks: TaskRef[] = [];
    for (const fault of ['', 'fail:no tune', 'cancel', 'timed-out']) {
      tasks.push({ row: tasks.length, attempt: 1, taskId: await ended(simulator, fault) });
    }
    const running = await submit(simulator, { file_link: 'http://clips.example/?sim=run:60000' });
    tasks.push({ row: 4, attempt: 2, taskId: running });
    const worker = workerOf({ vendor: vendorAt(simulator.url) });
    const output = await run(worker, 'queryTasks', await inputOf(tasks));
    expect(output.troubles).toEqual([]);
    expect(output.ended.sort((a, b) => a.row - b.row)).toMatchObject([
      { ...tasks[0], status: 'succeeded' },
      { ...tasks[1], status: 'failed', reason: 'no tune' },
      { ...tasks[2], status: 'cancelled' },
      { ...tasks[3], status: 'timed_out' },
    ]);
  });

  test('that it does not know are troubles', async () => {
    const worker = workerOf({ vendor: vendorAt((await simulate()).url) });
    const output = await run(worker, 'queryTasks', await inputOf(refs(2)));
    expect(output.ended).toEqual([]);
    expect(output.troubles.map(({ row, taskId }) => ({ row, taskId }))).toEqual([
      { row: 0, taskId: 't0' },
      { row: 1, taskId: 't1' },
    ]);
  });
});

test('an answer about a task that is over ends it at once, whatever its code', async () => {
  const answers: Record<string, Reply> = {
    t0: { body: { code: 680001, msg: 'no melody', data: { task_id: 't0', status: 4 } } },
    t1: { body: { code: 680002, data: { status: 6 } }, status: 500 },
    t2: { body: { code: 680003, msg: 'odd', data: { task_id: 't2', status: 3 } } },
    t3: { body: { code: 0, msg: 'success', data: { status: 5, reason: 'closed' } } },
  };
  const { baseUrl, seen } = await startVendor(
    ({ body }) => answers[(JSON.parse(body) as { task_id: string }).task_id] ?? {},
  );
  const worker = workerOf({ vendor: vendorAt(baseUrl) });
  const output = await run(worker, 'queryTasks', await inputOf(refs(4)));
  expect(seen).toHaveLength(4);
  expect(output.troubles).toEqual([]);
  expect(output.ended.sort((a, b) => a.row - b.row)).toEqual([
    { row: 0, attempt: 1, taskId: 't0', status: 'failed', code: '680001', reason: 'no melody' },
    { row: 1, attempt: 1, taskId: 't1', status: 'timed_out', code: '680002' },
    { row: 2, attempt: 1, taskId: 't2', status: 'succeeded' },
    { row: 3, attempt: 1, taskId: 't3', status: 'cancelled', reason: 'closed' },
  ]);
});

test('what the vendor suggests to wait is told of tasks still running', async () => {
  const { baseUrl } = await startVendor((_seen, nth) => ({
    body: { code: 0, data: { status: 1, wait_time: [30, '7', 0, -1][nth - 1] } },
  }));
  const worker = workerOf({ vendor: vendorAt(baseUrl) });
  const { waits } = await run(worker, 'queryTasks', await inputOf(refs(4)));
  expect(waits?.map(([, seconds]) => seconds).sort((a, b) => a - b)).toEqual([7, 30]);
});

describe('a task adopted from a callback', () => {
  async function adopt(params: string | undefined, manifest?: string) {
    const { baseUrl } = await startVendor({
      body: { code: 0, msg: '', data: { task_id: 't0', status: 4, params } },
    });
    const worker = workerOf({ vendor: vendorAt(baseUrl) });
    const task = { row: 0, attempt: 3, taskId: 't0', adopted: true };
    return run(worker, 'queryTasks', await inputOf([task], manifest));
  }

  test('is taken if it echoes the params of its POST', async () => {
    expect((await adopt(`reelscore/${BATCH}/1.0.3`)).ended).toHaveLength(1);
  });

  test.each([
    `reelscore/${BATCH}/1.0.2`,
    `reelscore/${BATCH}/1.1.3`,
    `reelscore/${BATCH}/2.0.3`,
    'reelscore/another-batch/1.0.3',
    'something else',
    '',
  ])('is refused if it echoes %j', async (params) => {
    const { ended, troubles } = await adopt(params);
    expect(ended).toEqual([]);
    expect(troubles).toMatchObject([{ row: 0, failure: { code: 'task_mismatch' } }]);
  });

  test("is held against the user's own params where the clip has some", async () => {
    const manifest = 'id,file_link,prompt,params\na,http://clips.example/a.mp4,Pop,mine\n';
    expect((await adopt('mine', manifest)).ended).toHaveLength(1);
    expect((await adopt(`reelscore/${BATCH}/1.0.3`, manifest)).ended).toEqual([]);
  });

  test('is taken if the vendor echoes nothing', async () => {
    expect((await adopt(undefined)).ended).toHaveLength(1);
  });

  test('is not compared if its id came with the answer to the POST', async () => {
    const { baseUrl } = await startVendor({
      body: { code: 0, msg: '', data: { status: 4, params: 'changed by the vendor' } },
    });
    const worker = workerOf({ vendor: vendorAt(baseUrl) });
    expect((await run(worker, 'queryTasks', await inputOf(refs(1)))).ended).toHaveLength(1);
  });
});

describe('a vendor that is out', () => {
  test('is not asked about every task', async () => {
    const { output, asked } = await asking(100, () => BUSY);
    expect(asked).toBeLessThan(20); // five in a row, and those under way by then
    expect(output.troubles).toHaveLength(100);
    expect(new Set(output.troubles.map(({ failure }) => failure.code))).toEqual(new Set(['500']));
  });

  test.each([
    ['throttles', { status: 429, headers: { 'retry-after': '7' } }, 'throttled', 7000],
    ['denies', { status: 401 }, 'denied', undefined],
  ])('is not asked again once it %s', async (_, reply, failureClass, retryAfterMs) => {
    const { output, asked } = await asking(100, () => reply);
    expect(asked).toBeLessThanOrEqual(8); // those at one time
    expect(output.troubles).toHaveLength(100);
    for (const { failure } of output.troubles) {
      expect(failure.class).toBe(failureClass);
      expect(failure.retryAfterMs).toBe(retryAfterMs);
    }
  });

  test('is asked on if only some queries fail', async () => {
    const { output, asked } = await asking(60, (nth) => (nth % 2 ? BUSY : RUNNING));
    expect(asked).toBe(60);
    expect(output.troubles).toHaveLength(30);
  });

  test('is not mistaken for one that knows none of the tasks', async () => {
    const { output, asked } = await asking(60, () => ({ status: 422, body: 'no such task' }));
    expect(asked).toBe(60);
    expect(new Set(output.troubles.map(({ failure }) => failure.class))).toEqual(
      new Set(['rejected']),
    );
  });
});

test('a cancelled activity stops asking', async () => {
  const simulator = await simulate();
  const taskId = await submit(simulator);
  const worker = workerOf({ vendor: vendorAt(simulator.url) });
  const { result, cancel } = start(
    worker,
    'queryTasks',
    await inputOf([{ row: 0, attempt: 1, taskId }]),
  );
  cancel();
  await expect(result).rejects.toThrow();
  expect(simulator.stats().queries).toBe(0);
});
