// Who gets what from the page: it can spend money, and any web site can send requests to it.
import { request } from 'undici';
import { afterAll, describe, expect, test } from 'vitest';
import { Reelscore } from '../../client/index.js';
import { resolveConfig } from '../../config/config.js';
import { startPage } from '../../page/server.js';
import { testServer } from '../support/temporal.js';

const server = await testServer();
const config = {
  ...resolveConfig({}, { REELSCORE_HOME: server.home }),
  page: { listen: { host: '127.0.0.1', port: 0 } },
};
const api = await Reelscore.connect({
  config,
  env: { TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: server.namespace },
});
const logged: unknown[] = [];
const logger = { error: (...line: unknown[]) => void logged.push(line) };
const page = await startPage({ api, config: config.page, logger });
afterAll(async () => {
  await page.close();
  await api.close();
});
const { origin, searchParams } = new URL(page.url);
const token = searchParams.get('token') ?? '';

const get = (path: string, headers: Record<string, string> = {}) =>
  request(`${origin}${path}`, { headers });

const loggedIn = await get(`/?token=${token}`);
const [setCookie] = [loggedIn.headers['set-cookie'] ?? ''].flat();
const cookie = setCookie?.split(';')[0] ?? '';
await loggedIn.body.dump();

/** Every page, file and action. */
const PATHS = [
  ...['/', '/events', '/assets/review.js', '/assets/view.css', '/favicon.ico'],
  ...['/batches/b/', '/batches/b/events', '/batches/b/clips.json', '/batches/b/clips/0'],
  ...['/batches/b/stills/0', '/batches/b/peaks/0/0', '/batches/b/soundtracks/a.mp3'],
  ...['/batches/b/videos/a.mp4', '/nothing'],
];
const ACTIONS = [
  ...['pause', 'resume', 'cancel', 'retry', 'redo', 'mark', 'mix'].map(
    (act) => `/batches/b/${act}`,
  ),
  '/accounts/default/tune',
];

test('the token gives a cookie that no script and no other site has, and leaves the address', () => {
  expect(loggedIn.statusCode).toBe(200);
  expect(setCookie).toMatch(/^reelscore-\d+=[\w-]{32}; Path=\/; HttpOnly; SameSite=Strict$/);
  expect(cookie).not.toContain(token);
});

describe('nothing is given or done', () => {
  const wrong: Record<string, Record<string, string>> = {
    'without a cookie': {},
    'with an empty cookie': { cookie: cookie.replace(/=.*/, '=') },
    'with another cookie': { cookie: `${cookie}x` },
    'with the token in the place of the session': { cookie: cookie.replace(/=.*/, `=${token}`) },
    'with the cookie of another port': { cookie: cookie.replace(/-\d+=/, '-1=') },
  };
  test.each(Object.entries(wrong))('%s', async (_name, headers) => {
    for (const path of [...PATHS, '/?token=', `/?token=${token}x`, '/?token=a&token=b']) {
      const { statusCode, headers: got, body } = await get(path, headers);
      expect([path, statusCode, got['set-cookie']]).toEqual([path, 401, undefined]);
      expect(await body.text()).not.toContain(token);
    }
    for (const path of ACTIONS) {
      const { statusCode, body } = await post(path, { ...headers, origin });
      expect([path, statusCode]).toEqual([path, 401]);
      await body.dump();
    }
  });

  test('under a name that is not its own, whoever asks', async () => {
    for (const name of ['evil.example', `evil.example:${new URL(origin).port}`, '127.0.0.1', '']) {
      for (const path of [...PATHS, `/?token=${token}`]) {
        const { statusCode, headers, body } = await get(path, { cookie, host: name });
        // Node itself refuses a request without a name.
        expect([421, 400]).toContain(statusCode);
        expect(headers['set-cookie']).toBeUndefined();
        await body.dump();
      }
    }
  });

  const foreign: Record<string, Record<string, string>> = {
    'from another site': { origin: 'https://evil.example' },
    'from another port of this machine': { origin: 'http://127.0.0.1:1' },
    'from a sandboxed frame': { origin: 'null' },
    'from nowhere': {},
    'from a page of the same site': { origin, 'sec-fetch-site': 'same-site' },
    'of what a form can send': { origin, 'content-type': 'text/plain' },
    'of what a form sends': { origin, 'content-type': 'application/x-www-form-urlencoded' },
  };
  test.each(Object.entries(foreign))('%s', async (_name, headers) => {
    for (const path of ACTIONS) {
      const { statusCode, body } = await post(path, { cookie, ...headers });
      expect([path, statusCode]).toEqual([path, 403]);
      await body.dump();
    }
  });
});

function post(path: string, headers: Record<string, string>, body: unknown = {}) {
  return request(`${origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

test('a person can also type the token', async () => {
  const form = (given: string) =>
    request(`${origin}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'null' },
      body: new URLSearchParams({ token: given }).toString(),
    });
  const wrong = await form('guess');
  expect([wrong.statusCode, wrong.headers['set-cookie']]).toEqual([401, undefined]);
  expect(await wrong.body.text()).toContain('That is not the token.');
  const right = await form(` ${token} `);
  expect([right.statusCode, right.headers['set-cookie']]).toEqual([200, setCookie]);
  await right.body.dump();
});

test('nobody sends much, or from elsewhere, before the token is known', async () => {
  const send = (body: string, headers = {}) =>
    request(`${origin}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
    });
  const large = send('a&'.repeat(1_000_000)).then(
    ({ statusCode }) => statusCode,
    () => 413,
  );
  expect(await large).toBe(413);
  const foreign = await send(`token=${token}`, { 'sec-fetch-site': 'cross-site' });
  expect([foreign.statusCode, foreign.headers['set-cookie']]).toEqual([403, undefined]);
  await foreign.body.dump();
});

test('every answer forbids what the page does not bring', async () => {
  for (const path of [
    '/',
    '/batches/b/',
    '/assets/review.js',
    '/nothing',
    '/batches/b/clips.json',
  ]) {
    const { headers, body } = await get(path, { cookie });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    await body.dump();
  }
});

describe('what is asked with the right to ask', () => {
  const asked = (path: string, body?: unknown) =>
    body === undefined ? get(path, { cookie }) : post(path, { cookie, origin }, body);
  const cases: [string, unknown, number, string][] = [
    ['/batches/none/clips.json', undefined, 404, 'there is no batch none'],
    ['/batches/none/pause', {}, 404, 'there is no batch none'],
    ['/batches/none/pause', { now: true }, 400, 'Unrecognized key'],
    ['/batches/none/redo', { ids: [] }, 400, 'ids'],
    ['/batches/none/mark', { id: 'a', takes: 'x', decision: 'burn' }, 400, 'decision'],
    ['/batches/none/mark', { id: 'a', takes: 'x', note: 'n'.repeat(2001) }, 400, 'note'],
    ['/batches/a%2Fb/pause', {}, 409, 'cannot be used'],
    ['/batches/none/clips/-1', undefined, 400, 'row'],
    ['/batches/none/clips/0x', undefined, 400, 'row'],
    ['/accounts/default/tune', { ratePerSecond: 0 }, 400, 'ratePerSecond'],
    ['/accounts/default/tune', { ratePerSecond: '1' }, 400, 'ratePerSecond'],
    ['/accounts/default/tune', { ratePerSecond: 1 }, 409, 'no batch uses'],
  ];
  test.each(cases)('$0, $3 ($2)', async (path, body, code, text) => {
    const { statusCode, body: answer } = await asked(path, body);
    const { error } = (await answer.json()) as { error: string };
    expect([statusCode, error.toLowerCase()]).toEqual([
      code,
      expect.stringContaining(text.toLowerCase()),
    ]);
    expect(logged).toEqual([]);
  });
});

test('its own name may be another, whose cookie is for https alone', async () => {
  const other = await startPage({
    ...{ api, logger },
    config: { listen: config.page.listen, publicUrl: 'https://music.example' },
  });
  const url = new URL(other.url);
  expect(url.origin).toBe('https://music.example');
  const { statusCode, headers, body } = await request(
    `http://127.0.0.1:${other.port}${url.pathname}${url.search}`,
    { headers: { host: 'Music.example' } },
  );
  expect(statusCode).toBe(200);
  expect(headers['set-cookie']).toMatch(/; HttpOnly; Secure; SameSite=Strict$/);
  await body.dump();
  await other.close();
});

test('a body that is too large is not read', async () => {
  const sent = post('/accounts/default/tune', { cookie, origin }, 'x'.repeat(5_000_000));
  // The connection may be closed before the answer is seen.
  const code = await sent.then(
    ({ statusCode }) => statusCode,
    () => 413,
  );
  expect([code, logged]).toEqual([413, []]);
});
