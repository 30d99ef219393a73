import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createTomovieeClient } from '../../tomoviee/client.js';
import { createErrorTable } from '../../tomoviee/errors.js';
import { hider, hideUrlSecrets, scrub } from '../../tomoviee/scrub.js';
import { formsIn, formsOf } from '../support/disguises.js';
import { growthOf } from '../support/growth.js';
import { APP_KEY, APP_SECRET, clientOf, startRawVendor, startVendor } from './vendor-stub.js';

const MAC = 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA';
const CALLBACK = `https://me.example/callbacks/b/1/0/1/${MAC}`;
const BASIC = Buffer.from(`${APP_KEY}:${APP_SECRET}`).toString('base64');
const submission = { fileLink: 'https://cdn.example/a.mp4', prompt: 'Pop', callback: CALLBACK };

function expectNoSecretIn(value: unknown): void {
  const shown = [
    JSON.stringify(value),
    inspect(value, { depth: 20, showHidden: true }),
    String(value),
  ];
  for (const text of shown) {
    for (const secret of [APP_KEY, APP_SECRET, BASIC, MAC]) {
      expect(formsIn(text, secret)).toEqual([]);
    }
  }
}

test('a client shows no key', async () => {
  const vendor = await startVendor({});
  expectNoSecretIn(clientOf(vendor.baseUrl));
});

test.each([200, 400, 401, 500])(
  'a vendor that repeats keys and callback in its message (status %i)',
  async (status) => {
    const msg = `key ${APP_KEY} secret ${APP_SECRET} Basic ${BASIC} for ${CALLBACK} or ${CALLBACK.replaceAll('/', '\\/')} at ${new URL(CALLBACK).pathname}`;
    const vendor = await startVendor({ status, body: { code: 680003, msg } });
    const result = await clientOf(vendor.baseUrl).submit(submission);
    expect(result).toMatchObject({
      failure: { message: expect.stringContaining('key [hidden]') as string },
    });
    expectNoSecretIn(result);
  },
);

const disguised = Object.entries({ APP_KEY, APP_SECRET, BASIC, CALLBACK, MAC }).flatMap(
  ([name, secret]) =>
    Object.entries(formsOf(secret)).map(([form, texts]) => [name, form, texts] as const),
);

test.each(disguised)('%s in the form %s: %j', async (_, __, texts) => {
  const said = `before,${texts.join(';after ')}`;
  const vendor = await startVendor((seen) => ({
    body: seen.body.includes('task_id')
      ? {
          ...{ code: 680003, msg: said },
          data: {
            status: 4,
            reason: said,
            result: { model_version: said, translate_prompt: said },
          },
        }
      : { code: 680003, msg: said },
  }));
  const client = clientOf(vendor.baseUrl);
  const refused = await client.submit(submission);
  const failed = await client.queryTask('t', { callbacks: [CALLBACK] });
  for (const result of [refused, failed]) {
    expect(JSON.stringify(result)).toContain('before,');
    expectNoSecretIn(result);
  }
});

test('a MAC that nobody told of is known by its looks, wherever a callback was quoted', async () => {
  const quoted = CALLBACK.replace('https://', 'https%3A%2F%2F').replaceAll('/', '%2F');
  for (const reason of [`${quoted} is down`, `mac=${MAC}`, `(${CALLBACK}).`, `"${MAC}",`]) {
    const vendor = await startVendor({ body: { code: 0, data: { status: 4, reason } } });
    const task = await clientOf(vendor.baseUrl).queryTask('t');
    expect(task).toMatchObject({ reason: expect.stringContaining('[hidden]') as string });
    expectNoSecretIn(task);
  }
});

test.each(['\\', '%25', 'http://', 'https%3A%2F%2F', 'http://%2F@', '\\u002f', 'Aa-', '&#', 'a?'])(
  'cleaning %j, again and again, takes time that grows with the text alone',
  async (piece) => {
    const hide = hider([APP_KEY, APP_SECRET, BASIC, MAC]);
    const clean = (times: number) => hideUrlSecrets(hide(piece.repeat(times)));
    expect(await growthOf(clean, 5_000, 8)).toBeLessThan(32);
  },
);

test('a task that repeats them in its reason', async () => {
  const reason = `${APP_KEY} ${APP_SECRET} could not reach ${CALLBACK}`;
  const vendor = await startVendor({ body: { code: 0, data: { status: 4, reason } } });
  expectNoSecretIn(await clientOf(vendor.baseUrl).queryTask('t'));
});

test('failures of the network', async () => {
  const broken = await startRawVendor((socket) => socket.resetAndDestroy());
  for (const baseUrl of [broken.baseUrl, 'http://127.0.0.1:1']) {
    expectNoSecretIn(await clientOf(baseUrl).submit(submission));
  }
});

describe('options that cannot be used', () => {
  const make = (options: object) => () =>
    createTomovieeClient({
      baseUrl: 'https://vendor.example',
      appKey: APP_KEY,
      appSecret: APP_SECRET,
      errorTable: createErrorTable(),
      ...options,
    });

  test.each<[string, object]>([
    ['a key with a line break', { appKey: `${APP_KEY}\n` }],
    ['a key with a colon', { appKey: `${APP_KEY}:x` }],
    ['a secret beyond ASCII', { appSecret: `${APP_SECRET}ü` }],
    ['an empty secret', { appSecret: '' }],
    ['a base URL with a password', { baseUrl: `https://u:${APP_SECRET}@vendor.example` }],
    ['a base URL of another kind', { baseUrl: `ftp://vendor.example/${APP_SECRET}` }],
    ['a base URL with a query', { baseUrl: `https://vendor.example/?key=${APP_KEY}` }],
  ])('%s: the error names the option and not the value', (_, options) => {
    let thrown: unknown;
    try {
      make(options)();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TypeError);
    expect((thrown as Error).message).toContain(Object.keys(options)[0]);
    expectNoSecretIn(thrown);
  });
});

describe('texts from outside', () => {
  test.each([
    ['https://a.example/v.mp4?X-Sig=1#f', 'https://a.example/v.mp4'],
    ['see https://u:p@a.example/v.mp4, please', 'see https://a.example/v.mp4, please'],
    [`at ${CALLBACK}`, 'at https://me.example/callbacks/b/1/0/1/[hidden]'],
    ['{"u":"http://a.example/?t=1","b":2}', '{"u":"http://a.example/","b":2}'],
    ['"http:\\/\\/a.example\\/v?t=1"', '"http:\\/\\/a.example\\/v"'],
    [
      '"{\\"u\\":\\"http:\\\\/\\\\/a.example\\\\/v?t=1\\"}"',
      '"{\\"u\\":\\"http:\\\\/\\\\/a.example\\\\/v\\"}"',
    ],
    ['at https%3A%2F%2Fu%3Ap%40a.example%2Fv%3Ft%3D1 now', 'at https%3A%2F%2Fa.example%2Fv now'],
    [
      'http:\\u002f\\u002fa.example\\u002fv\\u003ft\\u003d1',
      'http:\\u002f\\u002fa.example\\u002fv',
    ],
    ['tm_video_scoring-0-2025080109295bd73652d4a', 'tm_video_scoring-0-2025080109295bd73652d4a'],
    ['HTTPS://A.example/x?y', 'HTTPS://A.example/x'],
    ['no link: is this https?', 'no link: is this https?'],
  ])('%s', (text, clean) => {
    expect(hideUrlSecrets(text)).toBe(clean);
  });

  test('a secret inside another one leaves nothing of either', () => {
    expect(scrub('abc abcdef', ['abc', 'abcdef'])).toBe('[hidden] [hidden]');
  });

  test('control and direction characters become spaces', () => {
    expect(scrub('\u001b[31mred\u202Ex\r\n', [])).toBe('[31mred x');
  });
});
