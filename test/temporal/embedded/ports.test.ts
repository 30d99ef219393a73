import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { accepts, freePort } from '../../../temporal/embedded/ports.js';

test('a kept port is used again when it is free, and left alone when it is not', async () => {
  const kept = await freePort(undefined);
  expect(await freePort(kept)).toBe(kept);

  const other = createServer().listen(kept, '127.0.0.1');
  await once(other, 'listening');
  expect(await freePort(kept)).not.toBe(kept);
  other.close();
});

test('new ports lie below those that outgoing connections are given', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, () => freePort(undefined)));
  expect(Math.max(...ports)).toBeLessThan(32_768);
  expect(Math.min(...ports)).toBeGreaterThan(1_024);
});

test('a port accepts only while something listens on it', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await accepts(port)).toBe(true);
  server.close();
  await once(server, 'close');
  expect(await accepts(port)).toBe(false);
});
