import { describe, expect, test, vi } from 'vitest';
import { FaultPlan } from '../../../tomoviee/simulator/fault-plan.js';
import { noJournal } from '../../../tomoviee/simulator/journal.js';
import { settleTask } from '../../../tomoviee/simulator/settle.js';
import {
  ended,
  post,
  postQuery,
  query,
  receive,
  simulate,
  submit,
  type VendorReply,
} from './support.js';

const withFault = (fault: string) => ({ file_link: `http://clips.example/a.mp4?sim=${fault}` });

describe('a refusal', () => {
  test('429 strikes n times for a clip, with Retry-After, then lets it pass', async () => {
    const simulator = await simulate();
    const answers: [number, string | null][] = [];
    for (let i = 0; i < 3; i++) {
      const response = await post(simulator, withFault('429:7*2'));
      answers.push([response.status, response.headers.get('retry-after')]);
    }
    expect(answers).toEqual([
      [429, '7'],
      [429, '7'],
      [200, null],
    ]);
    expect(simulator.ledger()).toHaveLength(1);
    expect(simulator.arrivals().map(({ answer }) => answer)).toEqual([429, 429, 0]);
  });

  test('http comes with a JSON body, or with none', async () => {
    const simulator = await simulate();
    const full = await post(simulator, withFault('http:502'));
    expect(full.status).toBe(502);
    expect(((await full.json()) as VendorReply).code).toBe(502);
    const empty = await post(simulator, withFault('http:503:empty'));
    expect([empty.status, await empty.text()]).toEqual([503, '']);
  });

  test('html is a page with HTTP 200', async () => {
    const simulator = await simulate();
    const response = await post(simulator, withFault('html'));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(await response.text()).toContain('<html>');
    expect(simulator.ledger()).toEqual([]);
  });

  test('code is a vendor code with HTTP 200 and its message', async () => {
    const simulator = await simulate();
    const response = await post(simulator, withFault('code:680123:no+credit'));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ code: 680_123, msg: 'no credit' });
    expect(simulator.arrivals().map(({ answer }) => answer)).toEqual([680_123]);
  });

  test('drop-before breaks the connection and accepts nothing', async () => {
    const simulator = await simulate();
    await expect(post(simulator, withFault('drop-before*1'))).rejects.toThrow();
    expect(simulator.ledger()).toEqual([]);
    expect(simulator.arrivals().map(({ answer }) => answer)).toEqual([-1]);
    await submit(simulator, withFault('drop-before*1'));
  });

  test('401 refuses once, revoke refuses everyone until keys are restored', async () => {
    const simulator = await simulate();
    expect((await post(simulator, withFault('401*1'))).status).toBe(401);
    const taskId = await submit(simulator, withFault('401*1'));
    expect((await post(simulator, withFault('revoke*1'))).status).toBe(401);
    expect((await post(simulator)).status).toBe(401);
    await expect(query(simulator, taskId)).rejects.toThrow('401');
    expect(simulator.stats().keysRevoked).toBe(true);
    simulator.setKeysRevoked(false);
    await submit(simulator, withFault('revoke*1'));
    await query(simulator, taskId);
  });

  test('for all clips is set by option and changed while it runs', async () => {
    const simulator = await simulate({ faults: 'http:500@2' });
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) statuses.push((await post(simulator)).status);
    expect(statuses).toEqual([200, 500, 200]);
    simulator.setFaults('html');
    expect((await post(simulator)).headers.get('content-type')).toBe('text/html');
    simulator.setFaults('');
    await submit(simulator);
  });
});

describe('an accepted submission', () => {
  test('whose answer is dropped runs and calls back all the same', async () => {
    const simulator = await simulate();
    const receiver = await receive();
    const fields = { ...withFault('drop-after*1'), callback: `${receiver.url}/cb` };
    await expect(post(simulator, fields)).rejects.toThrow();
    const [callback] = await receiver.count(1);
    const [entry] = simulator.ledger();
    expect(entry).toMatchObject({ status: 3, answerFault: 'drop-after*1' });
    expect(callback!.body).toMatchObject({ task_id: entry!.taskId, status: 3 });
    await submit(simulator, fields);
  });

  test('may be answered with an error and no body', async () => {
    const simulator = await simulate();
    const response = await post(simulator, withFault('http-after:504'));
    expect([response.status, await response.text()]).toEqual([504, '']);
    expect(simulator.ledger()).toHaveLength(1);
  });

  test('may be answered after its task has ended', async () => {
    const simulator = await simulate();
    const answered = submit(simulator, withFault('slow:1500'));
    const first = await Promise.race([
      answered,
      vi.waitUntil(() => simulator.ledger()[0]?.status === 3 && 'task ended', { timeout: 30_000 }),
    ]);
    expect(first).toBe('task ended');
    expect(await answered).toBe(simulator.ledger()[0]?.taskId);
  });

  test('may be called back before it is answered', async () => {
    let answered = false;
    let early: boolean | undefined;
    const receiver = await receive(() => {
      early = !answered;
      return 200;
    });
    const simulator = await simulate({ taskMs: 600_000 });
    const callback = `${receiver.url}/cb`;
    const taskId = await submit(simulator, { ...withFault('early'), callback });
    answered = true;
    expect(early).toBe(true);
    expect(receiver.received[0]!.body).toMatchObject({ task_id: taskId, status: 3 });
    expect(simulator.stats().tasks.inFlight).toBe(0);
  });

  test('has a task id of its own, however many come at once', async () => {
    const simulator = await simulate();
    const ids = await Promise.all(Array.from({ length: 50 }, () => submit(simulator)));
    expect(new Set(ids).size).toBe(50);
    expect(new Set(simulator.ledger().map(({ taskId }) => taskId))).toEqual(new Set(ids));
  });
});

describe('a task', () => {
  test('fails n times for a clip, then succeeds', async () => {
    const simulator = await simulate();
    const first = await ended(simulator, await submit(simulator, withFault('fail:no+audio*1')));
    expect(first).toMatchObject({ status: 4, reason: 'no audio', result: '' });
    const second = await ended(simulator, await submit(simulator, withFault('fail:no+audio*1')));
    expect(second).toMatchObject({ status: 3, reason: '' });
  });

  test.each([
    ['fail', 680_001, 'simulated failure'],
    ['fail:no+audio', 680_001, 'no audio'],
    ['fail::680123', 680_123, 'simulated failure'],
    ['fail:no+audio:0', 0, 'success'],
    ['cancel', 0, 'success'],
    ['cancel:680124', 680_124, 'simulated cancellation'],
    ['timed-out:680125', 680_125, 'simulated timeout'],
  ])('that ends by %s has code %i beside its data', async (fault, code, msg) => {
    const simulator = await simulate();
    const taskId = await submit(simulator, withFault(fault));
    const { status } = await ended(simulator, taskId);
    const answer = await (await postQuery(simulator, taskId)).json();
    expect(answer).toMatchObject({ code, msg, data: { task_id: taskId, status } });
  });

  test.each([
    ['cancel', 5],
    ['timed-out', 6],
  ])('ends by %s with status %i', async (fault, status) => {
    const simulator = await simulate();
    const taskId = await submit(simulator, withFault(fault));
    expect(await ended(simulator, taskId)).toMatchObject({ status, result: '' });
  });

  test('takes as long as its clip says', async () => {
    const simulator = await simulate();
    const long = await submit(simulator, withFault('run:600000'));
    await ended(simulator, await submit(simulator));
    expect(await query(simulator, long)).toMatchObject({ status: 2 });
  });

  test('takes a time from a range, the same for the same seed and place', () => {
    const plan = new FaultPlan([], 1, noJournal);
    const times = (seed: number) =>
      Array.from({ length: 50 }, (_, i) => {
        const clip = { fileLink: 'http://clips.example/a.mp4', own: [] };
        return settleTask(plan, clip, [100, 200], `${seed} ${i}`).runMs;
      });
    expect(times(3)).toEqual(times(3));
    expect(times(4)).not.toEqual(times(3));
    expect(Math.min(...times(3))).toBeGreaterThanOrEqual(100);
    expect(Math.max(...times(3))).toBeLessThanOrEqual(200);
    expect(new Set(times(3)).size).toBeGreaterThan(20);
  });
});
