import { describe, expect, test } from 'vitest';
import type { VendorTask } from '../../tomoviee/client.js';
import {
  APP_KEY,
  APP_SECRET,
  clientOf,
  startRawVendor,
  startVendor,
  type Reply,
} from './vendor-stub.js';

const ID = 'tm_video_scoring-0-1';

async function query(reply: Reply) {
  const vendor = await startVendor(reply);
  return clientOf(vendor.baseUrl).queryTask(ID);
}

const task = (data: object) => query({ body: { code: 0, msg: 'success', data } });

test('the request has the documented path, headers and body', async () => {
  const vendor = await startVendor({ body: { code: 0, data: { status: 1 } } });
  await clientOf(vendor.baseUrl).queryTask(ID);
  expect(vendor.seen).toMatchObject([
    {
      method: 'POST',
      url: '/v1/open/pub/task',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`${APP_KEY}:${APP_SECRET}`).toString('base64')}`,
        'x-app-key': APP_KEY,
      },
      body: JSON.stringify({ task_id: ID }),
    },
  ]);
});

describe('a task', () => {
  test.each([
    [1, 'queued'],
    [2, 'processing'],
    [4, 'failed'],
    [5, 'cancelled'],
    [6, 'timed_out'],
  ])('status %i is %s', async (status, name) => {
    expect(await task({ task_id: ID, status })).toEqual({
      kind: 'task',
      taskId: ID,
      status: name,
      media: [],
    });
  });

  test('every documented field is read', async () => {
    const result = JSON.stringify({
      model_version: '2',
      translate_prompt: 'pop',
      video_path: ['https://v.example/a.mp4?sig=1'],
      audio_path: ['https://v.example/a.mp3?sig=2'],
    });
    expect(
      await task({
        task_id: ID,
        wsid: 1,
        priority: 0,
        params: 'mine',
        status: 3,
        reason: '',
        progress: 100,
        position: -1,
        wait_time: 0,
        delay: false,
        result,
      }),
    ).toEqual({
      kind: 'task',
      taskId: ID,
      status: 'succeeded',
      progress: 100,
      params: 'mine',
      modelVersion: '2',
      translatePrompt: 'pop',
      media: [
        { url: 'https://v.example/a.mp3?sig=2', kind: 'audio' },
        { url: 'https://v.example/a.mp4?sig=1', kind: 'video' },
      ],
    });
  });

  test.each<[string, unknown]>([
    ['an object', { audio_path: ['https://v.example/a.mp3'] }],
    ['a path that is no list', '{"audio_path":"https://v.example/a.mp3"}'],
    [
      'links that are none beside one',
      {
        audio_path: [null, 'file:///etc/passwd', 'javascript:1', ' https://v.example/a.mp3 ', 'x'],
      },
    ],
  ])('a result may be %s', async (_, result) => {
    expect(await task({ status: 3, result })).toMatchObject({
      media: [{ url: 'https://v.example/a.mp3', kind: 'audio' }],
    });
  });

  const urls = [
    'http://s.example/a.mp4?Expires=1&Signature=x%3D',
    'http://s.example/b.mp4?c=1&d=2',
  ];
  const inner = JSON.stringify({ model_version: 'v1', translate_prompt: 'pop', video_path: urls });
  const outer = (result: unknown) =>
    JSON.stringify({ code: 0, msg: 'success', data: { task_id: ID, status: 3, result } });
  const stray = (text: string) => text.replaceAll('&', '\\&');
  test.each([
    ['as documented', outer(inner)],
    ["as in the vendor's sample: stray backslashes in the answer", stray(outer(inner))],
    ['with stray backslashes in the inner string', outer(stray(inner))],
    ['with stray backslashes in both', stray(outer(stray(inner)))],
    ['as an object', outer(JSON.parse(inner))],
    ['as an object with stray backslashes', stray(outer(JSON.parse(inner)))],
    ['as a string in a string', outer(JSON.stringify(inner))],
    ['with escaped slashes', outer(inner.replaceAll('/', '\\/'))],
    ['with other stray backslashes beside escapes', outer(inner).replace('pop', 'p\\u00f6\\-\\x')],
  ])('a result is read %s', async (_, body) => {
    expect(await query({ body })).toMatchObject({
      ...{ kind: 'task', status: 'succeeded', modelVersion: 'v1' },
      media: urls.map((url) => ({ url, kind: 'video' })),
    });
  });

  test('a result read tolerantly keeps its escapes', async () => {
    const text = 'p\\u00f6 \\" \\\\ \\n.';
    const result = `{"translate_prompt":"${text}","audio_path":["http://s.example/a?b\\&c"]}`;
    expect(await task({ status: 3, result })).toMatchObject({
      translatePrompt: 'pö " \\ \n.',
      media: [{ url: 'http://s.example/a?b&c', kind: 'audio' }],
    });
  });

  test('a path named twice is one file, and there is a bound', async () => {
    const many = Array.from({ length: 999 }, (_, n) => `https://v.example/${n >> 1}.mp3`);
    const { media } = (await task({ status: 3, result: { audio_path: many } })) as VendorTask;
    expect(media).toHaveLength(100);
    expect(media[1]).toEqual({ url: 'https://v.example/1.mp3', kind: 'audio' });
  });

  test('a missing or malformed result does not matter before success', async () => {
    expect(await task({ status: 2, result: '{"audio', process: '40', position: 3 })).toEqual({
      kind: 'task',
      taskId: ID,
      status: 'processing',
      progress: 40,
      position: 3,
      media: [],
    });
  });

  test.each<[string, object]>([
    ['without a result', {}],
    ['with a malformed result', { result: '{"audio_path":[' }],
    ['with no http URL', { result: { audio_path: ['ftp://x/a'] } }],
  ])('success %s is success all the same: the task is over', async (_, data) => {
    expect(await task({ status: 3, ...data })).toMatchObject({ status: 'succeeded', media: [] });
  });

  test('odd values of fields nobody depends on are left out', async () => {
    expect(
      await task({ status: '4', reason: { a: 1 }, progress: 'half', position: null, params: 7 }),
    ).toEqual({ kind: 'task', taskId: ID, status: 'failed', media: [] });
  });

  test('a reason is one bounded line without the secrets of URLs', async () => {
    const reason = `cannot\u0000 fetch\nhttps://u:p@cdn.example/a.mp4?sig=abc ${'x'.repeat(999)}`;
    const result = await task({ status: 4, reason });
    expect(result).toMatchObject({
      reason: expect.stringMatching(/^cannot fetch https:\/\/cdn\.example\/a\.mp4 x+…$/) as string,
    });
    expect((result as { reason: string }).reason).toHaveLength(300);
  });
});

describe('a failure', () => {
  test.each<[string, object, string]>([
    ['a status nobody documented', { status: 7 }, 'task_status_unknown'],
  ])('%s', async (_, data, code) => {
    expect(await task(data)).toMatchObject({
      kind: 'refused',
      failure: { class: 'rejected', code },
    });
  });

  test.each<[string, object, string]>([
    ['another task', { task_id: 'other', status: 3 }, 'answer_mismatch'],
    ['no status', { task_id: ID }, 'answer_unreadable'],
  ])('%s: worth another query', async (_, data, code) => {
    expect(await task(data)).toMatchObject({ kind: 'refused', failure: { class: 'retry', code } });
  });

  test('no data', async () => {
    expect(await query({ body: { code: 0 } })).toMatchObject({
      failure: { code: 'answer_unreadable' },
    });
  });

  test('an HTML page', async () => {
    expect(await query({ body: '<html></html>' })).toMatchObject({
      failure: { class: 'retry', code: 'answer_html' },
    });
  });

  test('a vendor code', async () => {
    expect(await query({ body: { code: 680010, msg: 'no such task' } })).toEqual({
      kind: 'refused',
      failure: { class: 'retry', code: '680010', message: 'no such task' },
    });
  });

  test('throttling, with the time to wait', async () => {
    expect(await query({ status: 429, headers: { 'retry-after': '3' } })).toMatchObject({
      failure: { class: 'throttled', code: 'http_429', retryAfterMs: 3000 },
    });
  });

  test('denial, with what to do', async () => {
    expect(await query({ status: 401 })).toMatchObject({
      failure: { class: 'denied', message: expect.stringContaining('TOMOVIEE_APP_KEY') as string },
    });
  });

  test('a broken connection', async () => {
    const vendor = await startRawVendor((socket) => socket.resetAndDestroy());
    expect(await clientOf(vendor.baseUrl).queryTask(ID)).toMatchObject({
      failure: { class: 'throttled', code: 'network_reset' },
    });
    expect(vendor.requests()).toBe(1);
  });
});

test('an abort throws its reason', async () => {
  const abort = new AbortController();
  const vendor = await startRawVendor(() => abort.abort(new Error('shutting down')));
  const query = clientOf(vendor.baseUrl).queryTask(ID, { signal: abort.signal });
  await expect(query).rejects.toThrow('shutting down');
});
