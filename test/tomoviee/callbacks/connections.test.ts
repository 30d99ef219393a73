// Senders that keep their connections, over bare sockets.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { post, receive } from './support.js';

const MAX = 20;

/** A connection that was used once and is kept by its sender; whether it has been ended since. */
async function kept(port: number): Promise<{ socket: Socket; ended: () => boolean }> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let closed = false;
  socket.on('error', () => undefined).once('close', () => (closed = true));
  await once(socket, 'connect');
  socket.write('GET /other HTTP/1.1\r\nhost: x\r\n\r\n');
  await Promise.race([once(socket, 'data'), once(socket, 'close')]);
  socket.resume();
  return { socket, ended: () => closed };
}

test('hold no place that another sender needs', async () => {
  const { port, urlOf, delivered } = await receive({ maxConnections: MAX });
  const senders: Awaited<ReturnType<typeof kept>>[] = [];
  for (let n = 0; n < 5 * MAX; n += 1) senders.push(await kept(port));
  const open = (): number => senders.filter(({ ended }) => !ended()).length;
  await expect.poll(open).toBeLessThanOrEqual(MAX);
  expect((await post(urlOf(), { task_id: 't', status: 3 })).status).toBe(200);
  expect(delivered).toHaveLength(1);
});

test('are ended when nothing comes on them for a while', async () => {
  const { port } = await receive();
  const { ended } = await kept(port);
  await expect.poll(ended, { timeout: 30_000 }).toBe(true);
});
