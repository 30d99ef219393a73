// Senders that do not finish their request, over bare sockets.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { openDeliveries, post, receive } from './support.js';

async function send(port: number, beginning: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  socket.write(beginning);
  return socket;
}

function beginningOf(url: string, length: number): string {
  return `POST ${new URL(url).pathname} HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n{`;
}

test.each([
  ['headers', () => 'POST / HTTP/1.1\r\nhost:'],
  ['body', (url: string) => beginningOf(url, 100)],
])('a request that stops within its %s is ended by the timeout', async (_, beginning) => {
  const { port, urlOf, delivered } = await receive({ requestTimeoutMs: 200 });
  const socket = await send(port, beginning(urlOf()));
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /);
  expect(delivered).toEqual([]);
});

test('a slow sender does not hold up the others', async () => {
  const { port, urlOf, delivered } = await receive();
  await send(port, beginningOf(urlOf(), 100));
  expect((await post(urlOf(), { task_id: 't', status: 3 })).status).toBe(200);
  expect(delivered).toHaveLength(1);
});

test('closing does not wait for a slow sender', async () => {
  const { port, urlOf, close } = await receive({ requestTimeoutMs: 500 });
  const socket = await send(port, beginningOf(urlOf(), 100));
  socket.on('error', () => undefined);
  await post(urlOf(), { task_id: 't', status: 3 }); // both connections have been taken
  await close();
});

test('closing waits for the delivery under way, and its sender is answered', async () => {
  const { deliver, deliveries } = openDeliveries();
  const { urlOf, close } = await receive({ deliver });
  const answer = post(urlOf(), { task_id: 't', status: 3 });
  await expect.poll(() => deliveries).toHaveLength(1);
  const closing = close();
  deliveries[0]?.accept();
  expect((await answer).status).toBe(200);
  await closing;
});
