import { describe, expect, test } from 'vitest';
import { Coalescer } from '../../../tomoviee/callbacks/coalescer.js';
import { BatchEndedError } from '../../../tomoviee/callbacks/delivery.js';
import type { TaskCallback } from '../../../contract/callback.js';
import { openDeliveries, post, receive, type Delivery } from './support.js';

function callback(row: number, fields: Partial<TaskCallback> = {}): TaskCallback {
  return { round: 1, row, attempt: 1, taskId: `task-${row}`, status: 3, ...fields };
}

function open(): { coalescer: Coalescer; deliveries: Delivery[] } {
  const { deliver, deliveries } = openDeliveries();
  return { coalescer: new Coalescer(deliver, 0), deliveries };
}

async function delivery(deliveries: Delivery[], at: number): Promise<Delivery> {
  await expect.poll(() => deliveries.length).toBeGreaterThan(at);
  return deliveries[at]!;
}

/** What has become of promises so far, without waiting for them. */
function watch(promises: Promise<unknown>[]): string[] {
  const states = promises.map(() => 'open');
  promises.forEach((promise, at) => {
    promise.then(
      () => (states[at] = 'accepted'),
      () => (states[at] = 'failed'),
    );
  });
  return states;
}

describe('callbacks of one batch', () => {
  test('that come together go together', async () => {
    const { coalescer, deliveries } = open();
    const added = Array.from({ length: 300 }, (_, row) => coalescer.add('b', callback(row)));
    const { batch, callbacks, accept } = await delivery(deliveries, 0);
    expect(batch).toBe('b');
    expect(callbacks).toEqual(Array.from({ length: 300 }, (_, row) => callback(row)));
    accept();
    await Promise.all(added);
    expect(deliveries).toHaveLength(1);
  });

  test('wait for company only while others came a moment ago', async () => {
    const { deliver, deliveries } = openDeliveries();
    const coalescer = new Coalescer(deliver, 3_600_000);
    const first = coalescer.add('b', callback(1));
    (await delivery(deliveries, 0)).accept();
    await first;
    void coalescer.add('b', callback(2));
    const elsewhere = coalescer.add('other', callback(3));
    const { batch, accept } = await delivery(deliveries, 1);
    expect(batch).toBe('other');
    accept();
    await elsewhere;
    expect(deliveries).toHaveLength(2);
  });

  test('that are equal go once; each sender is answered', async () => {
    const { coalescer, deliveries } = open();
    const added = Array.from({ length: 10 }, () => coalescer.add('b', callback(1)));
    added.push(coalescer.add('b', callback(1, { status: 4 })));
    added.push(coalescer.add('b', callback(1, { taskId: 'other' })));
    added.push(coalescer.add('b', callback(1, { attempt: 2 })));
    const { callbacks, accept } = await delivery(deliveries, 0);
    expect(callbacks).toEqual([
      callback(1),
      callback(1, { status: 4 }),
      callback(1, { taskId: 'other' }),
      callback(1, { attempt: 2 }),
    ]);
    accept();
    await Promise.all(added);
  });

  test('are accepted with their delivery, not with an earlier one', async () => {
    const { coalescer, deliveries } = open();
    const early = coalescer.add('b', callback(1));
    const first = await delivery(deliveries, 0);
    const late = [2, 3, 4].map((row) => coalescer.add('b', callback(row)));
    const states = watch([early, ...late]);
    first.accept();
    const second = await delivery(deliveries, 1);
    expect(states).toEqual(['accepted', 'open', 'open', 'open']);
    expect(second.callbacks).toEqual([2, 3, 4].map((row) => callback(row)));
    second.accept();
    await Promise.all(late);
  });

  test('wait while a delivery is under way and go together then', async () => {
    const { coalescer, deliveries } = open();
    const added = [coalescer.add('b', callback(0))];
    const first = await delivery(deliveries, 0);
    for (let row = 1; row <= 20; row += 1) {
      added.push(coalescer.add('b', callback(row)));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(deliveries).toHaveLength(1);
    first.accept();
    const second = await delivery(deliveries, 1);
    expect(second.callbacks).toHaveLength(20);
    second.accept();
    await Promise.all(added);
  });

  test('go in groups of at most 500, one after the other', async () => {
    const { coalescer, deliveries } = open();
    const added = Array.from({ length: 1200 }, (_, row) => coalescer.add('b', callback(row)));
    for (const [at, size] of [500, 500, 200].entries()) {
      const { callbacks, accept } = await delivery(deliveries, at);
      expect(callbacks).toHaveLength(size);
      expect(callbacks[0]?.row).toBe(at * 500);
      expect(deliveries).toHaveLength(at + 1);
      accept();
    }
    await Promise.all(added);
  });

  test('fail with their delivery; the next ones do not', async () => {
    const { coalescer, deliveries } = open();
    const failing = [1, 2].map((row) => coalescer.add('b', callback(row)));
    const first = await delivery(deliveries, 0);
    const later = coalescer.add('b', callback(3));
    const states = watch([...failing, later]);
    first.fail(new Error('no Temporal'));
    const second = await delivery(deliveries, 1);
    expect(states).toEqual(['failed', 'failed', 'open']);
    second.accept();
    await later;
    await Promise.allSettled(failing);
  });

  test('that come again after a delivery go again', async () => {
    const { coalescer, deliveries } = open();
    for (const at of [0, 1]) {
      const added = coalescer.add('b', callback(1));
      (await delivery(deliveries, at)).accept();
      await added;
    }
    expect(deliveries).toHaveLength(2);
  });
});

test('one batch does not wait for another', async () => {
  const { coalescer, deliveries } = open();
  void coalescer.add('stuck', callback(1));
  await delivery(deliveries, 0);
  const added = coalescer.add('other', callback(1));
  const other = await delivery(deliveries, 1);
  expect(other.batch).toBe('other');
  other.accept();
  await added;
});

describe('over HTTP', () => {
  test('many callbacks at once are each delivered once, and answered 200', async () => {
    const rows: number[] = [];
    const { urlOf } = await receive({
      deliver: (_batch, callbacks) => {
        rows.push(...callbacks.map(({ row }) => row));
        return Promise.resolve();
      },
    });
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, row) => post(urlOf({ row }), { task_id: 't', status: 3 })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(rows.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, row) => row));
  });

  test('R2: nobody is answered before the delivery has ended', async () => {
    const { deliver, deliveries } = openDeliveries();
    const { urlOf } = await receive({ deliver });
    const answers = [1, 2].map((row) => post(urlOf({ row }), { task_id: 't', status: 3 }));
    const states = watch(answers);
    const first = await delivery(deliveries, 0);
    expect(states).toEqual(['open', 'open']);
    first.accept();
    if (first.callbacks.length === 1) (await delivery(deliveries, 1)).accept();
    for (const { status } of await Promise.all(answers)) expect(status).toBe(200);
  });

  test('a delivery that fails is answered 503 with Retry-After, to its own senders', async () => {
    const { deliver, deliveries } = openDeliveries();
    const { urlOf } = await receive({ deliver });
    const failing = post(urlOf({ row: 1 }), { task_id: 't', status: 3 });
    const first = await delivery(deliveries, 0);
    const accepted = post(urlOf({ row: 2 }), { task_id: 't', status: 3 });
    first.fail(new Error('no Temporal at 10.0.0.1'));
    const answer = await failing;
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(await answer.text()).not.toContain('10.0.0.1');
    (await delivery(deliveries, 1)).accept();
    expect((await accepted).status).toBe(200);
    expect(deliveries.map(({ callbacks }) => callbacks.map(({ row }) => row))).toEqual([[1], [2]]);
  });

  test('a callback of a batch that has ended is answered 410', async () => {
    const { urlOf } = await receive({
      deliver: (batch) => Promise.reject(new BatchEndedError(`batch ${batch} is not running`)),
    });
    const answer = await post(urlOf(), { task_id: 't', status: 3 });
    expect(answer.status).toBe(410);
    expect(answer.headers.get('retry-after')).toBeNull();
  });
});

describe('callbacks of a batch that can wait', () => {
  test('go together, also when they come one by one', async () => {
    const { deliver, deliveries } = openDeliveries();
    const coalescer = new Coalescer(deliver, 0, (batch) => (batch === 'patient' ? 400 : 0));
    const added = [coalescer.add('patient', callback(1))];
    void coalescer.add('other', callback(9));
    expect((await delivery(deliveries, 0)).batch).toBe('other');
    added.push(coalescer.add('patient', callback(2)));
    const { callbacks, accept } = await delivery(deliveries, 1);
    expect(callbacks).toEqual([callback(1), callback(2)]);
    accept();
    await Promise.all(added);
  });

  test('go at once when they are many', async () => {
    const { deliver, deliveries } = openDeliveries();
    const coalescer = new Coalescer(deliver, 0, () => 3_600_000);
    const added = Array.from({ length: 20 }, (_, row) => coalescer.add('b', callback(row)));
    const { callbacks, accept } = await delivery(deliveries, 0);
    expect(callbacks).toHaveLength(20);
    accept();
    await Promise.all(added);
  });
});
