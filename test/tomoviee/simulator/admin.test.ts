import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../../tomoviee/simulator/own-page.js';
import { eventually, ended, post, query, simulate, submit } from './support.js';

const POST = { method: 'POST', headers: { 'content-type': 'application/json' } };

const lines = (text: string): unknown[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);

describe('the admin endpoints', () => {
  test('give the ledger and the arrivals as JSON lines, and the counts', async () => {
    const simulator = await simulate({ faults: 'http:500@3' });
    const get = async (path: string) => (await fetch(`${simulator.url}/_simulator/${path}`)).text();
    for (let i = 0; i < 4; i++) await post(simulator, { prompt: `prompt ${i}` });
    await eventually(() => simulator.stats().tasks.inFlight).toBe(0);
    expect(lines(await get('ledger'))).toEqual(simulator.ledger());
    expect(lines(await get('ledger'))).toHaveLength(3);
    expect(lines(await get('arrivals'))).toEqual(simulator.arrivals());
    expect(lines(await get('arrivals'))).toHaveLength(4);
    const stats = JSON.parse(await get('stats')) as unknown;
    expect(stats).toEqual(simulator.stats());
    expect(stats).toMatchObject({
      submissions: { arrived: 4, accepted: 3, refused: { 500: 1 } },
      tasks: { byStatus: { 3: 3 } },
    });
  });

  test('give a ledger of more lines than are sent at a time', async () => {
    const simulator = await simulate();
    for (let i = 0; i < 12; i++) {
      await Promise.all(Array.from({ length: 100 }, () => submit(simulator)));
    }
    const text = await (await fetch(`${simulator.url}/_simulator/ledger`)).text();
    expect(lines(text)).toHaveLength(1200);
  });

  test('change faults, limits and keys while it runs', async () => {
    const simulator = await simulate();
    const change = async (what: string, body: unknown) => {
      const url = `${simulator.url}/_simulator/${what}`;
      const response = await fetch(url, { ...POST, body: JSON.stringify(body) });
      return [response.status, await response.json()];
    };
    expect(await change('faults', { faults: 'http:503' })).toEqual([200, { ok: true }]);
    expect((await post(simulator)).status).toBe(503);
    await change('faults', { faults: '' });
    await change('limits', { maxInFlight: 1, taskMs: 600_000 });
    const taskId = await submit(simulator);
    expect((await post(simulator)).status).toBe(429);
    await change('keys', { revoked: true });
    expect((await post(simulator)).status).toBe(401);
    await change('keys', { revoked: false });
    expect((await query(simulator, taskId)).status).toBe(2);
  });

  test('refuse what they do not understand, and change nothing', async () => {
    const simulator = await simulate();
    const change = async (what: string, body: string) => {
      const response = await fetch(`${simulator.url}/_simulator/${what}`, { ...POST, body });
      return [response.status, ((await response.json()) as { error: string }).error];
    };
    expect(await change('faults', '{"faults":"explode"}')).toEqual([
      400,
      expect.stringContaining('fault "explode" is not known'),
    ]);
    expect(await change('limits', '{"taskMs":[5,1]}')).toEqual([
      400,
      expect.stringContaining('min <= max'),
    ]);
    expect(await change('limits', '{"speed":1}')).toEqual([400, expect.stringContaining('speed')]);
    expect((await change('keys', 'revoke'))[0]).toBe(400);
    expect((await fetch(`${simulator.url}/_simulator/other`)).status).toBe(404);
    await ended(simulator, await submit(simulator));
  });

  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal)?.address;

  test.skipIf(outside === undefined)('are for this machine only', async () => {
    const simulator = await simulate({ host: '0.0.0.0' });
    expect((await fetch(`${simulator.url}/_simulator/stats`)).status).toBe(200);
    const url = `http://${outside}:${simulator.port}`;
    expect((await fetch(`${url}/_simulator/stats`)).status).toBe(403);
    await submit({ url });
  });

  /** What a browser, or a program, says of itself; undefined headers are left out. */
  const senders: [string, Record<string, string | undefined>, number][] = [
    ['a program', {}, 200],
    ['a program that says localhost', { host: 'localhost:8788' }, 200],
    ['a program over IPv6', { host: '[::1]:8788' }, 200],
    ['its own page', { origin: 'http://127.0.0.1:8788', 'sec-fetch-site': 'same-origin' }, 200],
    ['an address typed in', { 'sec-fetch-site': 'none' }, 200],
    ['a page of another site', { origin: 'https://site.example' }, 403],
    ['a page of another port', { origin: 'http://127.0.0.1:9999' }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
    ['a page that hides its origin', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a page of the same site', { 'sec-fetch-site': 'same-site' }, 403],
    ['a name that leads here', { host: 'rebound.example:8788' }, 403],
    ['a name that begins like ours', { host: '127.0.0.1.site.example' }, 403],
    ['a name that ends like ours', { host: 'site-localhost' }, 403],
    ['no host', { host: undefined }, 403],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['a text', { 'content-type': 'text/plain' }, 415],
    ['a text that looks like JSON', { 'content-type': 'text/plain; application/json' }, 415],
    ['no type', { 'content-type': undefined }, 415],
  ];

  test.each(senders)('asked to change something by %s', (_, given, status) => {
    const usual = { host: '127.0.0.1:8788', 'content-type': 'application/json; charset=utf-8' };
    const headers = { ...usual, ...given };
    const asked = { address: '127.0.0.1', method: 'POST', headers };
    expect(refusalOf(asked)?.status ?? 200).toBe(status);
    expect(refusalOf({ ...asked, address: '192.0.2.7' })?.status).toBe(403);
    // What only reads has no body, and so no type.
    const reads = refusalOf({ ...asked, method: 'GET' })?.status ?? 200;
    expect(reads).toBe(status === 415 ? 200 : status);
  });

  test('change nothing for a page of another site', async () => {
    const simulator = await simulate();
    const ask = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const url = `${simulator.url}/_simulator/keys`;
        const asking = request(url, { method: 'POST', headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        asking.once('error', reject).end('{"revoked":true}');
      });
    expect(await ask({ 'content-type': 'text/plain' })).toBe(415);
    const json = { 'content-type': 'application/json' };
    expect(await ask({ ...json, host: 'rebound.example' })).toBe(403);
    expect(await ask({ ...json, origin: 'https://site.example' })).toBe(403);
    expect(simulator.stats().keysRevoked).toBe(false);
    expect(await ask(json)).toBe(200);
    expect(simulator.stats().keysRevoked).toBe(true);
  });
});
