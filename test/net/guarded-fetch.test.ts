import { inspect } from 'node:util';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { NetError } from '../../net/errors.js';
import {
  createGuardedFetch,
  type GuardedFetch,
  type GuardedFetchOptions,
} from '../../net/guarded-fetch.js';
import { serve, type TestServer } from './servers.js';

function guarded(options?: GuardedFetchOptions): GuardedFetch {
  const fetch = createGuardedFetch(options);
  onTestFinished(() => fetch.close());
  return fetch;
}

function answering(body: string): Promise<TestServer> {
  return serve((_request, response) => response.end(body));
}

/** The rejection of a promise; fails if there is none. */
async function failureOf(promise: Promise<unknown>): Promise<NetError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NetError);
  return error as NetError;
}

async function get(fetch: GuardedFetch, link: string): Promise<string> {
  return text((await fetch.request(link)).body);
}

describe('addresses', () => {
  test.each([
    '127.0.0.1',
    '127.0.0.1.',
    '2130706433',
    '0x7f000001',
    '0X7F.1',
    '0177.0.0.1',
    '017700000001',
    '127.1',
    '127.0.1',
    '１２７.０.０.１',
    '127。0。0。1',
    '①②⑦.0.0.1',
    '%31%32%37.0.0.1',
    '0.0.0.0',
    '0',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:7f00:1]',
    '[::FFFF:127.0.0.1]',
    '[::7f00:1]',
    '[::]',
    'localhost',
    'LOCALHOST.',
    'ｌｏｃａｌｈｏｓｔ',
    'anything.localhost',
    'user:pass@127.0.0.1',
  ])('http://%s is refused before anything is sent', async (host) => {
    const server = await serve((_request, response) => response.end('secret'), { host: '::' });
    const error = await failureOf(guarded().request(`http://${host}:${server.port}/x`));
    expect(error.code).toBe('address_blocked');
    expect(error.retryable).toBe(false);
    expect(error.message).toContain('REELSCORE_ALLOW_HOSTS');
    expect(server.seen).toEqual([]);
  });

  test.each([
    '169.254.169.254',
    '[fd00:ec2::254]',
    '10.0.0.1',
    '[64:ff9b::a9fe:a9fe]',
    '[2002:a9fe:a9fe::]',
  ])('http://%s is refused', async (host) => {
    const error = await failureOf(guarded().request(`http://${host}/latest/meta-data`));
    expect(error.code).toBe('address_blocked');
  });

  test('an address that is listed is reached in every spelling', async () => {
    const server = await answering('hello');
    const fetch = guarded({ allowHosts: ['127.0.0.1'] });
    for (const host of ['127.0.0.1', '2130706433', '127.1']) {
      expect(await get(fetch, `http://${host}:${server.port}/`)).toBe('hello');
    }
  });

  test('localhost is reached when it is listed', async () => {
    const server = await answering('hello');
    const fetch = guarded({ allowHosts: [`localhost:${server.port}`] });
    expect(await get(fetch, `http://LocalHost:${server.port}/`)).toBe('hello');
  });

  test('a name that resolves to a private address is refused, with name and address', async () => {
    const fetch = guarded({ resolve: () => Promise.resolve([{ address: '10.0.0.5', family: 4 }]) });
    const error = await failureOf(fetch.request('http://cdn.test/clip.mp4'));
    expect(error).toMatchObject({ code: 'address_blocked', host: 'cdn.test', address: '10.0.0.5' });
    expect(error.message).toContain('cdn.test is at 10.0.0.5');
  });

  test('one refused address among good ones refuses the host', async () => {
    const server = await answering('hello');
    const fetch = guarded({
      allowHosts: ['127.0.0.1'],
      resolve: () =>
        Promise.resolve([
          { address: '127.0.0.1', family: 4 },
          { address: '10.0.0.5', family: 4 },
        ]),
    });
    const error = await failureOf(fetch.request(`http://cdn.test:${server.port}/`));
    expect(error.code).toBe('address_blocked');
    expect(server.seen).toEqual([]);
  });

  test('a name that is bound anew between check and connection gains nothing', async () => {
    const good = await serve((_request, response) => {
      response.setHeader('connection', 'close').end('good');
    });
    const evil = await serve((_request, response) => response.end('evil'), {
      host: '127.0.0.2',
      port: good.port,
    });
    let lookups = 0;
    const fetch = guarded({
      allowHosts: ['127.0.0.1'],
      resolve: () => {
        lookups += 1;
        return Promise.resolve([{ address: lookups === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }]);
      },
    });
    const link = `http://rebind.test:${good.port}/`;
    expect(await get(fetch, link)).toBe('good');
    expect(lookups).toBe(1);
    const error = await failureOf(fetch.request(link));
    expect(error).toMatchObject({ code: 'address_blocked', address: '127.0.0.2' });
    expect(evil.seen).toEqual([]);
  });

  test('an alias serves a name from its place; URL and Host header stay', async () => {
    const hosts: (string | undefined)[] = [];
    const server = await serve((request, response) => {
      hosts.push(request.headers.host);
      response.end('simulated');
    });
    const fetch = guarded({
      hostAliases: { 'simulator.localhost': { host: '127.0.0.1', port: server.port } },
    });
    const response = await fetch.request('http://simulator.localhost/clips/a.mp4?x=1');
    expect(await text(response.body)).toBe('simulated');
    expect(response.url).toBe('http://simulator.localhost/clips/a.mp4?x=1');
    expect(hosts).toEqual(['simulator.localhost']);
    const error = await failureOf(fetch.request(`http://127.0.0.1:${server.port}/`));
    expect(error.code).toBe('address_blocked');
  });

  test('proxies named in the environment are ignored', async () => {
    const proxy = await answering('from the proxy');
    const server = await answering('direct');
    const names = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'];
    const before = names.map((name) => [name, process.env[name]] as const);
    for (const name of names) process.env[name] = proxy.origin;
    try {
      expect(await get(guarded({ allowHosts: ['127.0.0.1'] }), server.origin)).toBe('direct');
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
    }
    expect(proxy.seen).toEqual([]);
  });
});

describe('redirects', () => {
  test('each hop is checked', async () => {
    const secret = await answering('secret');
    const server = await serve((request, response) => {
      const to = request.url === '/1' ? '/2' : `http://2130706433:${secret.port}/`;
      response.writeHead(302, { location: to }).end();
    });
    const fetch = guarded({ allowHosts: [`127.0.0.1:${server.port}`] });
    const error = await failureOf(fetch.request(`${server.origin}/1`));
    expect(error.code).toBe('address_blocked');
    expect(server.seen).toEqual(['GET /1', 'GET /2']);
    expect(secret.seen).toEqual([]);
  });

  test('five are followed, with the method kept, and a sixth is not', async () => {
    const server = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end();
      else response.writeHead(303, { location: `/${left - 1}` }).end('moved');
    });
    const fetch = guarded({ allowHosts: ['127.0.0.1'] });
    const response = await fetch.request(`${server.origin}/5`, { method: 'HEAD' });
    expect(response).toMatchObject({ status: 200, url: `${server.origin}/0` });
    expect(server.seen.at(-1)).toBe('HEAD /0');
    const error = await failureOf(fetch.request(`${server.origin}/6`));
    expect(error.code).toBe('too_many_redirects');
  });

  test.each(['file:///etc/passwd', 'data:text/plain,x', 'ftp://cdn.test/x', 'http://[bad'])(
    'one to %s is refused',
    async (location) => {
      const server = await serve((_request, response) => {
        response.writeHead(301, { location }).end();
      });
      const error = await failureOf(guarded({ allowHosts: ['127.0.0.1'] }).request(server.origin));
      expect(error.code).toBe('redirect_refused');
    },
  );

  test('one whose body never ends does not hold the request up', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/end') response.end('there');
      else response.writeHead(302, { location: '/end' }).write('x');
    });
    const fetch = guarded({ allowHosts: ['127.0.0.1'] });
    expect(await get(fetch, `${server.origin}/start`)).toBe('there');
  });

  test('credentials of the link go to its own origin only', async () => {
    const seen: string[] = [];
    const other = await serve((request, response) => {
      seen.push(`other ${request.headers.authorization ?? '-'} ${request.headers.cookie ?? '-'}`);
      response.writeHead(302, { location: `${first.origin}/back` }).end();
    });
    const first = await serve((request, response) => {
      seen.push(`first ${request.headers.authorization ?? '-'} ${request.headers.cookie ?? '-'}`);
      if (request.url === '/back') response.end('done');
      else response.writeHead(302, { location: `http://u:p@127.0.0.1:${other.port}/` }).end();
    });
    const fetch = guarded({ allowHosts: ['127.0.0.1'] });
    const link = `http://me:p%40ss@127.0.0.1:${first.port}/`;
    const response = await fetch.request(link, { headers: { Cookie: 'a=b' } });
    expect(await text(response.body)).toBe('done');
    expect(response.url).toBe(`${first.origin}/back`);
    const basic = Buffer.from('me:p@ss').toString('base64');
    expect(seen).toEqual([`first Basic ${basic} a=b`, 'other - -', 'first - -']);
  });
});

describe('POST', () => {
  test('its body and headers arrive', async () => {
    let seen: unknown;
    const server = await serve((request, response) => {
      void text(request).then((body) => {
        seen = { method: request.method, body, type: request.headers['content-type'] };
        response.writeHead(201).end();
      });
    });
    const { status } = await guarded({ allowHosts: ['127.0.0.1'] }).request(server.origin, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":"ü"}',
    });
    expect(status).toBe(201);
    expect(seen).toEqual({ method: 'POST', body: '{"a":"ü"}', type: 'application/json' });
  });

  test('a redirect of it is not followed', async () => {
    const other = await answering('secret');
    const server = await serve((_request, response) => {
      response.writeHead(307, { location: other.origin }).end();
    });
    const fetch = guarded({ allowHosts: ['127.0.0.1'] });
    const { status } = await fetch.request(server.origin, { method: 'POST', body: 'private' });
    expect(status).toBe(307);
    expect(other.seen).toEqual([]);
  });

  test('a private address is refused before anything is sent', async () => {
    const server = await answering('hello');
    const posting = guarded().request(server.origin, { method: 'POST', body: 'private' });
    expect((await failureOf(posting)).code).toBe('address_blocked');
    expect(server.seen).toEqual([]);
  });
});

describe('failures', () => {
  test.each(['file:///etc/passwd', 'clip.mp4', '', 'gopher://cdn.test/', 'http://a%zz@cdn.test/'])(
    '"%s" is not a link',
    async (link) => {
      expect((await failureOf(guarded().request(link))).code).toBe('link_invalid');
    },
  );

  test('a silent server is a timeout', async () => {
    const server = await serve(() => undefined);
    const fetch = guarded({ allowHosts: ['127.0.0.1'] });
    const error = await failureOf(fetch.request(server.origin, { headersTimeoutMs: 50 }));
    expect(error).toMatchObject({ code: 'timeout', retryable: true });
  });

  test('a body that falls silent is a timeout', async () => {
    const server = await serve((_request, response) => void response.write('begin'));
    const fetch = guarded({ allowHosts: ['127.0.0.1'] });
    const { body } = await fetch.request(server.origin, { bodyTimeoutMs: 50 });
    expect((await failureOf(text(body))).code).toBe('timeout');
  });

  test('a body that breaks off is a lost connection, even if nobody reads it yet', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('begin', () => response.destroy());
    });
    const fetch = guarded({ allowHosts: ['127.0.0.1'] });
    const { body } = await fetch.request(server.origin);
    await new Promise((resolve) => body.once('close', resolve).resume());
    expect(body.errored).toMatchObject({ code: 'connection_lost', retryable: true });
  });

  test('nobody listening is a failed connection', async () => {
    const server = await answering('');
    server.server.close();
    const error = await failureOf(
      guarded({ allowHosts: ['127.0.0.1'] }).request(`${server.origin}/`),
    );
    expect(error.code).toBe('connect_failed');
  });

  test('a name without address is host_not_found', async () => {
    const fetch = guarded({ resolve: () => Promise.resolve([]) });
    expect((await failureOf(fetch.request('http://cdn.test/'))).code).toBe('host_not_found');
  });

  test('an answer that is not HTTP is a bad response', async () => {
    const server = await serve((request) => {
      request.socket.end('SSH-2.0-OpenSSH_9.6\r\n');
    });
    const error = await failureOf(guarded({ allowHosts: ['127.0.0.1'] }).request(server.origin));
    expect(error.code).toBe('bad_response');
  });

  test("an aborted request fails with the signal's reason", async () => {
    const server = await serve((_request, response) => void response.write('begin'));
    const fetch = guarded({ allowHosts: ['127.0.0.1'] });
    const reason = new Error('enough');
    const control = new AbortController();
    const { body } = await fetch.request(server.origin, { signal: control.signal });
    control.abort(reason);
    await expect(text(body)).rejects.toBe(reason);
    await expect(fetch.request(server.origin, { signal: control.signal })).rejects.toBe(reason);
  });

  test('no failure shows the query or the credentials of a link', async () => {
    const server = await serve((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://x');
      if (pathname === '/silent') return;
      if (pathname === '/broken') response.destroy();
      else response.writeHead(302, { location: `${pathname}?sig=SECRET` }).end();
    });
    const fetch = guarded({
      allowHosts: ['127.0.0.1'],
      resolve: () => Promise.resolve([]),
    });
    const links = [
      `http://user:SECRET@127.0.0.1:${server.port}/loop?sig=SECRET`,
      `${server.origin}/silent?sig=SECRET`,
      `${server.origin}/broken?sig=SECRET`,
      'http://10.0.0.1/?sig=SECRET',
      'http://nowhere.test/?sig=SECRET',
      'ftp://cdn.test/?sig=SECRET',
      'http://[bad/?sig=SECRET',
    ];
    for (const link of links) {
      const error = await failureOf(fetch.request(link, { headersTimeoutMs: 50 }));
      expect(inspect(error, { depth: 10 })).not.toContain('SECRET');
    }
  });

  test('a body that is let go ends its connection', async () => {
    let closed: () => void;
    const gone = new Promise<void>((resolve) => (closed = resolve));
    const server = await serve((_request, response) => {
      response.on('close', () => closed()).write('begin');
    });
    const { body } = await guarded({ allowHosts: ['127.0.0.1'] }).request(server.origin);
    body.destroy();
    await gone;
  });

  test('close ends requests under way', async () => {
    const server = await serve(() => undefined);
    const fetch = guarded({ allowHosts: ['127.0.0.1'] });
    const failure = failureOf(fetch.request(server.origin));
    await fetch.close();
    await failure;
  });
});

test('a thousand requests share the connections of as many as run at once', async () => {
  const server = await answering('small');
  let connections = 0;
  server.server.on('connection', () => (connections += 1));
  const fetch = guarded({ allowHosts: ['127.0.0.1'] });
  const line = async () => {
    for (let i = 0; i < 100; i += 1) await get(fetch, server.origin);
  };
  await Promise.all(Array.from({ length: 10 }, line));
  expect(server.seen).toHaveLength(1_000);
  expect(connections).toBeLessThanOrEqual(20);
});
