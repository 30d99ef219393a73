import { Agent } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createErrorTable } from '../../tomoviee/errors.js';
import {
  APP_KEY,
  APP_SECRET,
  clientOf,
  startRawVendor,
  startVendor,
  type Reply,
} from './vendor-stub.js';

const clip = { fileLink: 'https://cdn.example/a.mp4', prompt: 'Pop Melody + Energetic Rhythm' };
const accepted = { code: 0, msg: 'success', data: { task_id: 'tm_video_scoring-0-1' } };

async function submitTo(reply: Reply) {
  const vendor = await startVendor(reply);
  const result = await clientOf(vendor.baseUrl).submit(clip);
  expect(vendor.seen).toHaveLength(1);
  return result;
}

describe('the request', () => {
  test('has the documented path, headers and body', async () => {
    const vendor = await startVendor({ body: accepted });
    const callback = 'https://me.example/callbacks/b/1/0/1/mac';
    const result = await clientOf(vendor.baseUrl).submit({ ...clip, callback, params: 'mine' });
    expect(result).toEqual({ kind: 'accepted', taskId: 'tm_video_scoring-0-1' });
    const [request] = vendor.seen;
    expect(request).toMatchObject({
      method: 'POST',
      url: '/v1/open/capacity/application/tm_video_scoring',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`${APP_KEY}:${APP_SECRET}`).toString('base64')}`,
        'x-app-key': APP_KEY,
      },
    });
    expect(request!.rawHeaders).toContain('X-App-Key');
    expect(JSON.parse(request!.body)).toEqual({
      prompt: clip.prompt,
      file_link: clip.fileLink,
      callback,
      params: 'mine',
    });
  });

  test('leaves out fields that were not given', async () => {
    const vendor = await startVendor({ body: accepted });
    await clientOf(vendor.baseUrl).submit(clip);
    expect(Object.keys(JSON.parse(vendor.seen[0]!.body) as object).sort()).toEqual([
      'file_link',
      'prompt',
    ]);
  });

  test('keeps a path prefix of the base URL', async () => {
    const vendor = await startVendor({ body: accepted });
    await clientOf(`${vendor.baseUrl}/gateway/`).submit(clip);
    expect(vendor.seen[0]!.url).toBe('/gateway/v1/open/capacity/application/tm_video_scoring');
  });

  test('uses a connection again', async () => {
    const vendor = await startVendor({ body: accepted });
    const client = clientOf(vendor.baseUrl, { maxConnections: 1 });
    for (let i = 0; i < 5; i++) await client.submit(clip);
    expect(vendor.seen).toHaveLength(5);
    expect(vendor.connections()).toBe(1);
  });
});

describe('accepted', () => {
  test.each([
    ['a numeric task id', { code: 0, data: { task_id: 42 } }, '42'],
    ['a code as text', { code: '0', msg: '', data: { task_id: 'a' } }, 'a'],
    ['unknown fields', { ...accepted, trace: 1, data: { task_id: 'a', wsid: null } }, 'a'],
    ['a msg that is no text', { code: 0, msg: null, data: { task_id: 'a' } }, 'a'],
  ])('with %s', async (_, body, taskId) => {
    expect(await submitTo({ body })).toEqual({ kind: 'accepted', taskId });
  });

  test('with a byte order mark before the JSON', async () => {
    expect(await submitTo({ body: `\uFEFF${JSON.stringify(accepted)}` })).toMatchObject({
      kind: 'accepted',
    });
  });

  test('when the JSON says so under a failed status', async () => {
    expect(await submitTo({ status: 502, body: accepted })).toMatchObject({ kind: 'accepted' });
    expect(await submitTo({ status: 504, body: accepted })).toMatchObject({ kind: 'accepted' });
  });
});

describe('refused', () => {
  test('a vendor code with status 200 keeps code and msg', async () => {
    expect(await submitTo({ body: { code: 680001, msg: 'bad prompt' } })).toEqual({
      kind: 'refused',
      failure: { class: 'retry', code: '680001', message: 'bad prompt' },
    });
  });

  test('a vendor code classed by the user', async () => {
    const vendor = await startVendor({ body: { code: 680001, msg: 'bad prompt' } });
    const errorTable = createErrorTable({ '680001': 'rejected' });
    const result = await clientOf(vendor.baseUrl, { errorTable }).submit(clip);
    expect(result).toMatchObject({ failure: { class: 'rejected', code: '680001' } });
  });

  test('a vendor code without a message gets one', async () => {
    expect(await submitTo({ body: { code: 680009 } })).toMatchObject({
      failure: { message: 'the vendor gave code 680009 and no message' },
    });
  });

  test('a vendor code nobody listed takes the class of its HTTP status', async () => {
    const body = { code: 680002, msg: 'no' };
    expect(await submitTo({ status: 401, body })).toMatchObject({
      failure: { class: 'denied', code: '680002' },
    });
    expect(await submitTo({ status: 400, body })).toMatchObject({
      failure: { class: 'rejected', code: '680002' },
    });
  });

  test.each([
    [301, 'denied'],
    [400, 'rejected'],
    [401, 'denied'],
    [402, 'denied'],
    [403, 'denied'],
    [404, 'denied'],
    [405, 'denied'],
    [408, 'retry'],
    [409, 'retry'],
    [413, 'rejected'],
    [422, 'rejected'],
    [429, 'throttled'],
    [500, 'retry'],
    [502, 'retry'],
    [503, 'retry'],
  ])('status %i with an HTML body is %s', async (status, failureClass) => {
    const headers = { 'content-type': 'text/html', location: 'http://127.0.0.1:9/' };
    expect(await submitTo({ status, headers, body: '<html>sorry</html>' })).toMatchObject({
      kind: 'refused',
      failure: { class: failureClass, code: `http_${status}` },
    });
  });

  test.each([401, 429])('status %i with no body at all', async (status) => {
    expect(await submitTo({ status })).toMatchObject({
      kind: 'refused',
      failure: { code: `http_${status}` },
    });
  });

  test('Retry-After comes with the failure', async () => {
    expect(await submitTo({ status: 429, headers: { 'retry-after': '7' } })).toMatchObject({
      failure: { class: 'throttled', retryAfterMs: 7000 },
    });
    expect(
      await submitTo({ status: 503, headers: { 'retry-after': '2' }, body: { code: 5, msg: '' } }),
    ).toMatchObject({ failure: { class: 'retry', retryAfterMs: 2000 } });
  });

  test('an HTML page with status 200', async () => {
    const body = '<!DOCTYPE html><html><body>Please log in</body></html>';
    const expected = { kind: 'refused', failure: { class: 'retry', code: 'answer_html' } };
    expect(await submitTo({ headers: { 'content-type': 'text/html' }, body })).toMatchObject(
      expected,
    );
    // Labelled as JSON, it is still a page.
    expect(await submitTo({ body })).toMatchObject(expected);
  });

  test('a refused connection', async () => {
    expect(await clientOf('http://127.0.0.1:1').submit(clip)).toMatchObject({
      kind: 'refused',
      failure: { class: 'throttled', code: 'network_refused' },
    });
  });

  test('a host name that does not resolve', async () => {
    const dispatcher = new Agent({
      connect: {
        lookup: (host, _, done) =>
          done(Object.assign(new Error(`ENOTFOUND ${host}`), { code: 'ENOTFOUND' }), []),
      },
    });
    onTestFinished(() => dispatcher.close());
    const client = clientOf('http://nowhere.invalid', { dispatcher });
    expect(await client.submit(clip)).toMatchObject({
      kind: 'refused',
      failure: { class: 'throttled', code: 'network_dns' },
    });
  });

  test('a TLS handshake that fails', async () => {
    const vendor = await startVendor({ body: accepted });
    const result = await clientOf(vendor.baseUrl.replace('http:', 'https:')).submit(clip);
    expect(result).toMatchObject({ kind: 'refused', failure: { code: 'network_tls' } });
  });

  test('a timeout while the request still waits for a connection', async () => {
    for (let tries = 1; ; tries += 1) {
      const vendor = await startRawVendor(() => undefined);
      const client = clientOf(vendor.baseUrl, { maxConnections: 1, timeoutMs: 1000 });
      const [first, second] = await Promise.all([client.submit(clip), client.submit(clip)]);
      expect(first).toMatchObject({ kind: 'unknown' });
      // On a busy machine its time may end a little later than the first one's, and it gets that one's place.
      if (vendor.requests() === 2 && tries < 10) {
        expect(second).toMatchObject({ kind: 'unknown' });
        continue;
      }
      expect(second).toMatchObject({ kind: 'refused', failure: { code: 'network_timeout' } });
      expect(vendor.requests()).toBe(1);
      return;
    }
  });

  test('a 4xx whose body is cut', async () => {
    const vendor = await startRawVendor((socket) =>
      socket.end('HTTP/1.1 429 Slow\r\nContent-Length: 100\r\n\r\n{"co'),
    );
    expect(await clientOf(vendor.baseUrl).submit(clip)).toMatchObject({
      kind: 'refused',
      failure: { class: 'throttled', code: 'http_429' },
    });
  });
});

describe('unknown', () => {
  test.each<[string, Reply]>([
    ['code 0 without data', { body: { code: 0, msg: 'ok' } }],
    ['code 0 with an empty task id', { body: { code: 0, data: { task_id: '' } } }],
    ['a task id beyond 2^53', { body: '{"code":0,"data":{"task_id":9007199254740993}}' }],
    ['an empty 200', { body: '' }],
    ['a 204', { status: 204 }],
    ['text that is no JSON', { body: 'ok' }],
    ['JSON without a code', { body: { message: 'ok' } }],
    ['JSON with a code in words', { body: { code: 'SUCCESS', data: { task_id: 'a' } } }],
    ['JSON that ends too early', { body: '{"code":0,"data":{"task_' }],
    ['a JSON list', { body: '[0]' }],
    ["a gateway's timeout", { status: 504, body: '<html>504 Gateway Time-out</html>' }],
    ["a gateway's timeout with a code", { status: 504, body: { code: 504, msg: 'timeout' } }],
    ['a 5xx without a body', { status: 500 }],
    ['a 5xx that claims success', { status: 500, body: { code: 0, msg: 'ok' } }],
  ])('%s', async (_, reply) => {
    const result = await submitTo(reply);
    expect(result).toEqual({
      kind: 'unknown',
      message: expect.stringMatching(/; the submission may have been accepted$/) as string,
    });
  });

  test('no answer in time', async () => {
    const vendor = await startRawVendor(() => undefined);
    expect(await clientOf(vendor.baseUrl, { timeoutMs: 1000 }).submit(clip)).toMatchObject({
      kind: 'unknown',
      message: expect.stringContaining('timeout') as string,
    });
  });

  test('an answer that drips on for ever', async () => {
    const vendor = await startRawVendor((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n');
      const timer = setInterval(() => socket.write(' '), 20);
      socket.on('close', () => clearInterval(timer));
    });
    expect(await clientOf(vendor.baseUrl, { timeoutMs: 1000 }).submit(clip)).toMatchObject({
      kind: 'unknown',
    });
  });

  test('a connection reset after the request was written; nothing is sent again', async () => {
    const vendor = await startRawVendor((socket) => socket.resetAndDestroy());
    const client = clientOf(vendor.baseUrl);
    expect(await client.submit(clip)).toMatchObject({ kind: 'unknown' });
    expect(vendor.requests()).toBe(1);
  });

  test('a connection kept alive that dies under the second request', async () => {
    const body = JSON.stringify(accepted);
    const vendor = await startRawVendor((socket, count) => {
      if (count === 1)
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      else socket.destroy();
    });
    const client = clientOf(vendor.baseUrl, { maxConnections: 1 });
    expect(await client.submit(clip)).toMatchObject({ kind: 'accepted' });
    expect(await client.submit(clip)).toMatchObject({ kind: 'unknown' });
    expect(vendor.requests()).toBe(2);
  });

  test('an answer that is cut', async () => {
    const vendor = await startRawVendor((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"code":0,'),
    );
    expect(await clientOf(vendor.baseUrl).submit(clip)).toMatchObject({
      kind: 'unknown',
      message: expect.stringContaining('after status 200') as string,
    });
  });

  test('an answer that is no HTTP', async () => {
    const vendor = await startRawVendor((socket) => socket.end('hello\r\n\r\n'));
    expect(await clientOf(vendor.baseUrl).submit(clip)).toMatchObject({ kind: 'unknown' });
  });

  test('an answer beyond a megabyte, which is not read to its end', async () => {
    let sent = 0;
    const vendor = await startRawVendor((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      const more = () => {
        while (!socket.destroyed && sent < 64_000_000) {
          sent += 65_536;
          if (!socket.write(`10000\r\n${' '.repeat(65_536)}\r\n`)) return;
        }
      };
      socket.on('drain', more);
      more();
    });
    expect(await clientOf(vendor.baseUrl).submit(clip)).toMatchObject({
      kind: 'unknown',
    });
    expect(sent).toBeLessThan(64_000_000);
  });

  test('an abort after sending', async () => {
    const abort = new AbortController();
    const vendor = await startRawVendor(() => abort.abort(new Error('shutting down')));
    const result = await clientOf(vendor.baseUrl).submit(clip, { signal: abort.signal });
    expect(result).toMatchObject({ kind: 'unknown' });
  });
});

describe('an abort before sending', () => {
  test('throws its reason and sends nothing', async () => {
    const vendor = await startVendor({ body: accepted });
    const signal = AbortSignal.abort(new Error('shutting down'));
    await expect(clientOf(vendor.baseUrl).submit(clip, { signal })).rejects.toThrow(
      'shutting down',
    );
    expect(vendor.seen).toHaveLength(0);
  });

  test('throws its reason also while the request waits for a connection', async () => {
    const abort = new AbortController();
    const vendor = await startRawVendor(() => abort.abort(new Error('shutting down')));
    const client = clientOf(vendor.baseUrl, { maxConnections: 1, timeoutMs: 2000 });
    const first = client.submit(clip);
    const second = client.submit(clip, { signal: abort.signal });
    await expect(second).rejects.toThrow('shutting down');
    expect(await first).toMatchObject({ kind: 'unknown' });
    expect(vendor.requests()).toBe(1);
  });
});
