import { describe, expect, test } from 'vitest';
import { eventually, ended, receive, simulate, submit } from './support.js';

const linkWith = (fault: string) => `http://clips.example/a.mp4?sim=${fault}`;

describe('a callback', () => {
  test('is a POST with the documented JSON, and kept-alive connections', async () => {
    const receiver = await receive();
    const simulator = await simulate();
    for (let i = 1; i <= 3; i++) {
      await submit(simulator, { callback: `${receiver.url}/cb/${i}?x=1`, params: `row ${i}` });
      await receiver.count(i);
    }
    const [first] = receiver.received;
    expect(first!.path).toBe('/cb/1?x=1');
    expect(first!.headers['content-type']).toBe('application/json');
    expect(Object.keys(first!.body)).toEqual(['task_id', 'status', 'result', 'params']);
    expect(first!.body).toMatchObject({ status: 3, params: 'row 1' });
    const { audio_path } = JSON.parse(first!.body.result) as { audio_path: [string] };
    expect((await fetch(audio_path[0])).status).toBe(200);
    expect(new Set(receiver.received.map(({ connection }) => connection)).size).toBe(1);
    expect(simulator.ledger()[0]).toMatchObject({ callbacksSent: 1, callbackDelivered: true });
  });

  test('is not sent when no URL was given', async () => {
    const simulator = await simulate();
    await ended(simulator, await submit(simulator, { callback: '' }));
    await ended(simulator, await submit(simulator));
    expect(simulator.stats().callbacks.sent).toBe(0);
    expect(simulator.ledger().every(({ notified }) => notified)).toBe(true);
  });

  test('of a failed task tells status 4 and no result', async () => {
    const receiver = await receive();
    const simulator = await simulate({ faults: 'fail' });
    await submit(simulator, { callback: receiver.url });
    const [callback] = await receiver.count(1);
    expect(callback!.body).toMatchObject({ status: 4, result: '', params: '' });
  });

  test('not answered 2xx is given up, or tried again as often as told', async () => {
    const once = await receive(() => 503);
    const simulator = await simulate();
    await submit(simulator, { callback: once.url });
    await eventually(() => simulator.ledger()[0]?.notified).toBe(true);
    expect(once.received).toHaveLength(1);

    const stubborn = await simulate({ callbackRetries: 5, callbackBackoffMs: 5 });
    const third = await receive((nth) => (nth < 3 ? 503 : 204));
    await submit(stubborn, { callback: third.url });
    await eventually(() => stubborn.ledger()[0]?.notified).toBe(true);
    expect(third.received).toHaveLength(3);
    expect(stubborn.ledger()[0]).toMatchObject({ callbacksSent: 3, callbackDelivered: true });
    expect(stubborn.stats().callbacks).toMatchObject({ sent: 3, delivered: 1, failed: 2 });
  });

  test('to a receiver that is not there does no harm', async () => {
    const simulator = await simulate({ callbackRetries: 1, callbackBackoffMs: 1 });
    await submit(simulator, { callback: 'http://127.0.0.1:9/cb' });
    await eventually(() => simulator.ledger()[0]?.notified).toBe(true);
    expect(simulator.ledger()[0]).toMatchObject({ callbacksSent: 2, callbackDelivered: false });
  });

  test('that is lost does not come, though the task ends', async () => {
    const receiver = await receive();
    const simulator = await simulate();
    const callback = receiver.url;
    const lost = await submit(simulator, { callback, file_link: linkWith('lost*1') });
    await ended(simulator, lost);
    const next = await submit(simulator, { callback, file_link: linkWith('lost*1') });
    const [only] = await receiver.count(1);
    expect(only!.body.task_id).toBe(next);
    expect(simulator.ledger()[0]).toMatchObject({ callbacksSent: 0, notified: true });
  });

  test('that is late comes so long after the end', async () => {
    const receiver = await receive();
    const simulator = await simulate();
    await submit(simulator, { callback: receiver.url, file_link: linkWith('late:300') });
    await receiver.count(1);
    const { endedAt } = simulator.ledger()[0]!;
    expect(Date.now() - endedAt!).toBeGreaterThanOrEqual(290);
  });

  test('waits for the delay that all callbacks have', async () => {
    const receiver = await receive();
    const simulator = await simulate({ callbackDelayMs: 200 });
    await submit(simulator, { callback: receiver.url });
    await receiver.count(1);
    expect(Date.now() - simulator.ledger()[0]!.endedAt!).toBeGreaterThanOrEqual(190);
  });

  test('is in the ledger with the moment when it first left', async () => {
    const left: number[] = [];
    const receiver = await receive((nth) => {
      left.push(Date.now());
      return nth < 3 ? 503 : 204;
    });
    const simulator = await simulate({
      ...{ callbackDelayMs: 50, callbackRetries: 5, callbackBackoffMs: 100 },
    });
    await submit(simulator, { callback: receiver.url });
    await eventually(() => simulator.ledger()[0]?.notified).toBe(true);
    const { endedAt, calledBackAt } = simulator.ledger()[0]!;
    expect(calledBackAt! - endedAt!).toBeGreaterThanOrEqual(40);
    expect(calledBackAt).toBeLessThanOrEqual(left[0]!);
    const taskId = await submit(simulator);
    await ended(simulator, taskId);
    expect(simulator.ledger()[1]).not.toHaveProperty('calledBackAt');
  });

  test('comes in as many further copies as told', async () => {
    const receiver = await receive();
    const simulator = await simulate();
    await submit(simulator, { callback: receiver.url, file_link: linkWith('duplicate:9') });
    await receiver.count(10);
    await eventually(() => simulator.ledger()[0]).toMatchObject({ callbacksSent: 10 });
    expect(new Set(receiver.received.map(({ body }) => JSON.stringify(body.status)))).toEqual(
      new Set(['3']),
    );
  });

  test('that is reordered comes after that of a later task', async () => {
    const receiver = await receive();
    const simulator = await simulate();
    const callback = receiver.url;
    const first = await submit(simulator, { callback, file_link: linkWith('reordered:1:600000') });
    await ended(simulator, first);
    const second = await submit(simulator, { callback });
    await receiver.count(2);
    expect(receiver.received.map(({ body }) => body.task_id)).toEqual([second, first]);
  });

  test('that is reordered comes in the end if no other does', async () => {
    const receiver = await receive();
    const simulator = await simulate();
    await submit(simulator, { callback: receiver.url, file_link: linkWith('reordered:1:50') });
    await receiver.count(1);
  });

  test('of every task reordered still comes for every task', async () => {
    const receiver = await receive();
    const simulator = await simulate({ faults: 'reordered:2:50' });
    const ids = await Promise.all(
      Array.from({ length: 9 }, () => submit(simulator, { callback: receiver.url })),
    );
    await receiver.count(9);
    expect(new Set(receiver.received.map(({ body }) => body.task_id))).toEqual(new Set(ids));
  });

  test('can tell that a task is being processed', async () => {
    const receiver = await receive();
    const simulator = await simulate({ taskMs: 600_000, faults: 'processing' });
    const taskId = await submit(simulator, { callback: receiver.url });
    const [callback] = await receiver.count(1);
    expect(callback!.body).toMatchObject({ task_id: taskId, status: 2, result: '' });
  });
});

describe('a forged callback', () => {
  test('has a URL whose last segment is another, of the same length', async () => {
    const receiver = await receive();
    const simulator = await simulate({ taskMs: 600_000, faults: 'forged-mac' });
    await submit(simulator, { callback: `${receiver.url}/batch/7/abc123` });
    const [callback] = await receiver.count(1);
    expect(callback!.path).toBe('/batch/7/bbc123');
    expect(callback!.body.status).toBe(3);
    const { audio_path } = JSON.parse(callback!.body.result) as { audio_path: [string] };
    expect((await fetch(audio_path[0])).status).toBe(404);
  });

  test('claims a success that is not there yet, or a failure that never comes', async () => {
    const receiver = await receive();
    const simulator = await simulate({ taskMs: 600_000, faults: 'forged-status' });
    const callback = receiver.url;
    await submit(simulator, { callback, file_link: linkWith('fail') });
    await receiver.count(1);
    await submit(simulator, { callback });
    await receiver.count(2);
    expect(receiver.received.map(({ body }) => body.status)).toEqual([3, 4]);
    expect(simulator.stats().callbacks.forged).toBe(2);
    expect(simulator.ledger().map(({ callbacksSent }) => callbacksSent)).toEqual([0, 0]);
  });

  test('names a task that does not exist', async () => {
    const receiver = await receive();
    const simulator = await simulate({ taskMs: 600_000, faults: 'forged-task' });
    const taskId = await submit(simulator, { callback: `${receiver.url}/right` });
    const [callback] = await receiver.count(1);
    expect(callback!.path).toBe('/right');
    expect(callback!.body.task_id).not.toBe(taskId);
    expect(callback!.body.task_id).toHaveLength(taskId.length);
  });

  test('does not stand in for the true one', async () => {
    const receiver = await receive();
    const simulator = await simulate({ faults: 'forged-mac,forged-status,forged-task' });
    const taskId = await submit(simulator, { callback: `${receiver.url}/mac` });
    await receiver.count(4);
    const honest = receiver.received.filter(
      ({ path, body }) => path === '/mac' && body.task_id === taskId && body.status === 3,
    );
    expect(honest).toHaveLength(1);
  });
});
