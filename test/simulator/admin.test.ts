import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { eventually, ended, post, query, simulate, submit } from './support.js';

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
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
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
      const response = await fetch(`${simulator.url}/_simulator/${what}`, { method: 'POST', body });
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
});
