import { once } from 'node:events';
import { createServer, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { receive, replySchema, send } from '../../../temporal/embedded/protocol.js';
import { temporaryHome } from '../../support/temporal.js';

const home = await temporaryHome();

test('a peer that is gone when it is written to is told by close, and nothing is thrown', async () => {
  const path = join(home, 's');
  const server = createServer((peer) => peer.destroy());
  server.listen(path);
  await once(server, 'listening');
  onTestFinished(() => void server.close());

  const socket: Socket = connect({ path });
  const errors: Error[] = [];
  socket.on('error', (error) => errors.push(error));
  receive(socket, replySchema, () => expect.unreachable());
  await once(socket, 'connect');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  send(socket, { op: 'release' });
  // What a write to a peer that is gone comes to, whenever the system notices.
  socket.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  await closed;
  expect(errors).toHaveLength(1);
});
