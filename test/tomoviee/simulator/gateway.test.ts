import { describe, expect, test, vi } from 'vitest';
import { startSimulator } from '../../../tomoviee/simulator/simulator.js';
import {
  HEADERS,
  ended,
  linkOf,
  post,
  postQuery,
  query,
  simulate,
  submit,
  type VendorReply,
} from './support.js';

function basic(pair: string): string {
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

describe('a submission', () => {
  test('is accepted with code 0 and a task id in the form of the vendor', async () => {
    const simulator = await simulate();
    const response = await post(simulator);
    expect(response.status).toBe(200);
    const reply = (await response.json()) as VendorReply;
    expect(reply.code).toBe(0);
    expect(reply.data?.['task_id']).toMatch(/^tm_video_scoring-0-\d{12}[0-9a-f]{10}$/);
  });

  test('stands in the ledger with all it said, and when', async () => {
    const simulator = await simulate();
    const before = Date.now();
    const taskId = await submit(simulator, { params: 'row 7', callback: 'http://127.0.0.1:9/cb' });
    await ended(simulator, taskId);
    const [entry] = simulator.ledger();
    expect(entry).toMatchObject({
      taskId,
      fileLink: 'http://clips.example/a.mp4',
      prompt: 'Pop Melody',
      params: 'row 7',
      callback: 'http://127.0.0.1:9/cb',
      status: 3,
    });
    expect(entry!.keyHash).toMatch(/^[0-9a-f]{12}$/);
    expect(entry!.arrivedAt).toBeGreaterThanOrEqual(before);
    expect(entry!.acceptedAt).toBeGreaterThanOrEqual(entry!.arrivedAt);
    expect(entry!.endedAt).toBeGreaterThanOrEqual(entry!.acceptedAt);
  });

  test.each<[string, Record<string, unknown>]>([
    ['no prompt', { prompt: undefined }],
    ['an empty prompt', { prompt: '' }],
    ['a prompt that is a number', { prompt: 5 }],
    ['no file_link', { file_link: undefined }],
    ['a file_link that is not a URL', { file_link: 'a.mp4' }],
    ['a file_link that is not http', { file_link: 'ftp://clips.example/a.mp4' }],
    ['a callback that is not http', { callback: 'file:///etc/passwd' }],
    ['params that are an object', { params: {} }],
    ['faults that are not known', { prompt: 'Pop [sim:explode]' }],
  ])('with %s is refused with HTTP 400', async (_, fields) => {
    const simulator = await simulate();
    const response = await post(simulator, fields);
    expect(response.status).toBe(400);
    expect(((await response.json()) as VendorReply).code).not.toBe(0);
    expect(simulator.ledger()).toEqual([]);
    expect(simulator.arrivals().map(({ answer }) => answer)).toEqual([400]);
  });

  test('whose body is not JSON is refused with HTTP 400', async () => {
    const simulator = await simulate();
    const url = `${simulator.url}/v1/open/capacity/application/tm_video_scoring`;
    const response = await fetch(url, { method: 'POST', headers: HEADERS, body: '{"prompt":' });
    expect(response.status).toBe(400);
  });

  test('of another content type is refused with HTTP 400', async () => {
    const simulator = await simulate();
    const response = await post(simulator, {}, { ...HEADERS, 'content-type': 'text/plain' });
    expect(response.status).toBe(400);
  });

  test('with a body over 1 MB is refused with HTTP 413, readably', async () => {
    const simulator = await simulate();
    const response = await post(simulator, { prompt: 'x'.repeat(3 * 1024 * 1024) });
    expect(response.status).toBe(413);
    expect(((await response.json()) as VendorReply).code).toBe(413);
  });

  test.each([
    ['no Authorization', { 'content-type': 'application/json', 'x-app-key': 'key' }],
    ['a bearer token', { ...HEADERS, authorization: 'Bearer key:secret' }],
    ['no colon in the pair', { ...HEADERS, authorization: basic('keysecret') }],
    ['an empty secret', { ...HEADERS, authorization: basic('key:') }],
    ['another X-App-Key', { ...HEADERS, 'x-app-key': 'other' }],
  ])('with %s is refused with HTTP 401', async (_, headers) => {
    const simulator = await simulate();
    expect((await post(simulator, {}, headers)).status).toBe(401);
    expect(simulator.ledger()).toEqual([]);
  });

  test('must carry the configured pair when there is one', async () => {
    const simulator = await simulate({ appKey: 'mine', appSecret: 'right' });
    const mine = { ...HEADERS, 'x-app-key': 'mine' };
    const wrong = await post(simulator, {}, { ...mine, authorization: basic('mine:wrong') });
    expect(wrong.status).toBe(401);
    expect((await post(simulator)).status).toBe(401);
    const right = await post(simulator, {}, { ...mine, authorization: basic('mine:right') });
    expect(right.status).toBe(200);
  });
});

describe('a result query', () => {
  test('tells queued, processing with progress, then succeeded with a result', async () => {
    const simulator = await simulate({ taskMs: 600_000, workers: 1 });
    const first = await submit(simulator, { params: 'row 1' });
    const second = await submit(simulator);
    const third = await submit(simulator);
    expect(await query(simulator, first)).toMatchObject({
      task_id: first,
      status: 2,
      params: 'row 1',
      position: -1,
      result: '',
    });
    expect(await query(simulator, second)).toMatchObject({ status: 1, position: 1, progress: 0 });
    const last = await query(simulator, third);
    expect(last).toMatchObject({ status: 1, position: 2, wait_time: 1200 });

    simulator.setLimits({ workers: 2 });
    expect(await query(simulator, second)).toMatchObject({ status: 2, position: -1 });
    expect(await query(simulator, third)).toMatchObject({ status: 1, position: 1 });
  });

  test('shows progress that grows and stays below 100 until the end', async () => {
    const simulator = await simulate({ taskMs: 1000 });
    const taskId = await submit(simulator);
    const seen: { status: number; progress: number }[] = [];
    await vi.waitUntil(
      async () => {
        seen.push(await query(simulator, taskId));
        return seen.at(-1)!.status === 3;
      },
      { timeout: 30_000, interval: 20 },
    );
    const progress = seen.map((task) => task.progress);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.slice(0, -1).some((value) => value > 0)).toBe(true);
    expect(Math.max(...progress.slice(0, -1))).toBeLessThan(100);
    expect(progress.at(-1)).toBe(100);
  });

  test('gives the result as a JSON string with a link that is signed anew', async () => {
    const simulator = await simulate();
    const taskId = await submit(simulator);
    const task = await ended(simulator, taskId);
    expect(JSON.parse(task.result)).toMatchObject({ translate_prompt: 'Pop Melody' });
    const first = linkOf(task);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const second = linkOf(await query(simulator, taskId));
    expect(second).not.toBe(first);
    for (const link of [first, second]) expect((await fetch(link)).status).toBe(200);
  });

  test('of a task that does not exist gets a 68xxxx code with HTTP 200', async () => {
    const simulator = await simulate();
    const response = await postQuery(simulator, 'tm_video_scoring-0-none');
    expect(response.status).toBe(200);
    expect(String(((await response.json()) as VendorReply).code)).toMatch(/^68\d{4}$/);
  });

  test("does not see another account's task", async () => {
    const simulator = await simulate();
    const headers = { ...HEADERS, authorization: basic('two:x'), 'x-app-key': 'two' };
    const reply = (await (await post(simulator, {}, headers)).json()) as VendorReply;
    const response = await postQuery(simulator, reply.data?.['task_id']);
    expect(((await response.json()) as VendorReply).code).not.toBe(0);
  });

  test('without a task_id is refused with HTTP 400, without keys with 401', async () => {
    const simulator = await simulate();
    expect((await postQuery(simulator, undefined)).status).toBe(400);
    const url = `${simulator.url}/v1/open/pub/task`;
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401);
  });
});

test('any other path is 404', async () => {
  const simulator = await simulate();
  expect((await fetch(`${simulator.url}/v1/open`)).status).toBe(404);
  expect((await fetch(`${simulator.url}/v1/open/pub/task`)).status).toBe(404);
});

test('wrong options are named, all at once', async () => {
  await expect(startSimulator({ taskMs: -1, workers: 0.5 })).rejects.toThrow(
    /taskMs.*workers|workers.*taskMs/,
  );
  await expect(startSimulator({ appKey: 'alone' })).rejects.toThrow('appSecret');
  await expect(startSimulator({ faults: 'explode' })).rejects.toThrow('fault "explode"');
});

test('a port in use is told', async () => {
  const simulator = await simulate();
  await expect(startSimulator({ port: simulator.port })).rejects.toThrow('cannot listen');
});

test('with fetchClips a task whose clip cannot be had fails', async () => {
  const simulator = await simulate({ fetchClips: true });
  const missing = await submit(simulator, { file_link: `${simulator.url}/clips/none.mp4` });
  expect(await ended(simulator, missing)).toMatchObject({
    status: 4,
    reason: 'the clip cannot be downloaded: HTTP 404',
  });
  const there = await submit(simulator, { file_link: `${simulator.url}/_simulator/stats` });
  expect(await ended(simulator, there)).toMatchObject({ status: 3 });
});
