import { describe, expect, test } from 'vitest';
import { callbackUrl } from '../../../tomoviee/callbacks/url.js';
import { post, receive, SECRET, TARGET } from './support.js';

const BODY = { task_id: 'task-1', status: 3, result: '{}', params: 'mine' };
const { round, row, attempt } = TARGET;

describe('a callback with a valid MAC', () => {
  test('is delivered to its batch with what it claims, and answered 200', async () => {
    const seen: unknown[] = [];
    const { urlOf } = await receive({
      deliver: (...args) => {
        seen.push(args);
        return Promise.resolve();
      },
    });
    expect((await post(urlOf(), { ...BODY, status: 4 })).status).toBe(200);
    expect(seen).toEqual([[TARGET.batch, [{ round, row, attempt, taskId: 'task-1', status: 4 }]]]);
  });

  test.each([
    ['none', {}, 3],
    ['null', { status: null }, 3],
    ['an empty text', { status: '' }, 3],
    ['a word', { status: 'done' }, 3],
    ['a boolean', { status: true }, 3],
    ['a fraction', { status: 2.5 }, 3],
    ['a list', { status: [] }, 3],
    ['a number as text', { status: '4' }, 4],
    ['processing', { status: 2 }, 2],
  ])('and %s as its status is delivered', async (_, fields, status) => {
    const { urlOf, delivered } = await receive();
    expect((await post(urlOf(), { task_id: 't', ...fields })).status).toBe(200);
    expect(delivered).toEqual([{ round, row, attempt, taskId: 't', status }]);
  });

  test('may give the task id as a number', async () => {
    const { urlOf, delivered } = await receive();
    expect((await post(urlOf(), { task_id: 1234567890123, status: 3 })).status).toBe(200);
    expect(delivered[0]?.taskId).toBe('1234567890123');
  });

  test.each(['application/json; charset=utf-8', 'text/plain', 'application/x-www-form-urlencoded'])(
    'is read as JSON when it says %s',
    async (type) => {
      const { urlOf, delivered } = await receive();
      const response = await post(urlOf(), BODY, { 'content-type': type });
      expect(response.status).toBe(200);
      expect(delivered).toHaveLength(1);
    },
  );

  test('is read as JSON when it does not say what it is', async () => {
    const { urlOf, delivered } = await receive();
    const body = new Blob([JSON.stringify(BODY)]);
    expect((await fetch(urlOf(), { method: 'POST', body })).status).toBe(200);
    expect(delivered).toHaveLength(1);
  });

  test.each([
    ...['', '{', '[]', 'null', '"task-1"', '{}', '{"status":3}', '{"task_id":""}'],
    ...['{"task_id":null}', '{"task_id":1.5}', '{"task_id":{}}', '<html></html>'],
    ...[201, 257].map((length) => JSON.stringify({ task_id: 'x'.repeat(length) })),
    // The same characters as in an answer of the vendor.
    ...[
      'a b',
      'a\n2026-11-25 ERROR forged line',
      'a\u0000',
      '\u001b[2J',
      'ü',
      '\u202etxt',
      ' ',
    ].map((id) => JSON.stringify({ task_id: id })),
    ...['{"task_id":-1}', '{"task_id":9007199254740993}', '{"task_id":true}', '{"task_id":["t"]}'],
  ])('and the body %s gets 400', async (body) => {
    const { urlOf, delivered } = await receive();
    const response = await post(urlOf(), body);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: 'expected JSON with task_id and status' });
    expect(delivered).toEqual([]);
  });

  test('may have 64 KB and not a byte more', async () => {
    const { urlOf, delivered } = await receive();
    const body = JSON.stringify(BODY);
    expect((await post(urlOf(), body.padEnd(64 * 1024))).status).toBe(200);
    expect((await post(urlOf(), body.padEnd(64 * 1024 + 1))).status).toBe(413);
    expect(delivered).toHaveLength(1);
  });

  test('may not hide its length to have more', async () => {
    const { urlOf, delivered } = await receive();
    const body = new Blob([JSON.stringify(BODY).padEnd(64 * 1024 + 1)]).stream();
    const response = await fetch(urlOf(), { method: 'POST', body, duplex: 'half' });
    expect(response.status).toBe(413);
    expect(delivered).toEqual([]);
  });
});

describe('R1: 404, and nothing touched,', () => {
  const parts = ['callbacks', TARGET.batch, '1', '7', '2'];
  const mac = callbackUrl('', TARGET, SECRET).split('/').at(-1) ?? '';
  const pathOf = (...changed: string[]): string => `/${changed.join('/')}`;
  const withPart = (at: number, part: string): string =>
    pathOf(...parts.map((old, index) => (index === at ? part : old)), mac);

  test.each([
    ['another batch', withPart(1, 'autumn-1235')],
    ['another spelling of the batch', withPart(1, 'Autumn-1234')],
    ['another round', withPart(2, '2')],
    ['another row', withPart(3, '8')],
    ['another attempt', withPart(4, '3')],
    ['another spelling of a number', withPart(3, '07')],
    ['a row and an attempt exchanged', pathOf('callbacks', TARGET.batch, '1', '2', '7', mac)],
    ['a changed MAC', pathOf(...parts, (mac.startsWith('A') ? 'B' : 'A') + mac.slice(1))],
    ['a MAC in other letters', pathOf(...parts, mac.toUpperCase())],
    ['a shorter MAC', pathOf(...parts, mac.slice(0, -1))],
    ['a longer MAC', pathOf(...parts, `${mac}A`)],
    ['an empty MAC', pathOf(...parts, '')],
    ['no MAC', pathOf(...parts)],
    ['a further part', pathOf(...parts, mac, 'x')],
    ['a MAC of letters of several bytes', pathOf(...parts, encodeURIComponent('ü'.repeat(43)))],
    ['a path of other things', '/admin'],
    ['no path', '/'],
  ])('for %s', async (_, path) => {
    const { origin, delivered } = await receive();
    expect((await post(origin + path, BODY)).status).toBe(404);
    expect(delivered).toEqual([]);
  });

  test('for the MAC of another secret', async () => {
    const { origin, delivered } = await receive();
    expect((await post(callbackUrl(origin, TARGET, `${SECRET} `), BODY)).status).toBe(404);
    expect(delivered).toEqual([]);
  });

  test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('for %s', async (method) => {
    const { urlOf, delivered } = await receive();
    expect((await fetch(urlOf(), { method })).status).toBe(404);
    expect(delivered).toEqual([]);
  });

  test("whatever the stranger's body is", async () => {
    const { origin } = await receive();
    for (const body of ['{', 'x'.repeat(64 * 1024 + 1)]) {
      expect((await post(origin + withPart(3, '8'), body)).status).toBe(404);
    }
  });
});

describe('/health', () => {
  test('is 200 while callbacks can be delivered, else 503', async () => {
    let healthy = true;
    const { origin } = await receive({
      checkHealth: () => (healthy ? Promise.resolve() : Promise.reject(new Error('10.0.0.1'))),
    });
    const look = async () => (await fetch(`${origin}/health`)).status;
    expect(await look()).toBe(200);
    healthy = false;
    await expect.poll(look, { timeout: 10_000 }).toBe(503); // an answer is shared for a second
    expect(await (await fetch(`${origin}/health`)).text()).not.toContain('10.0.0.1');
  });
});
