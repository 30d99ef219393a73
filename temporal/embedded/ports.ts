import { randomInt } from 'node:crypto';
import { createServer, connect } from 'node:net';

/**
 * Kept ports lie below the ranges operating systems take outgoing ports from (32768 and up on Linux,
 * 49152 on macOS). Otherwise a worker's own connection attempts to a killed server could be given
 * that server's port, and the server could not come back on it.
 */
const FIRST_PORT = 17_000;
const LAST_PORT = 32_000;

/** Returns `kept` if it is free on 127.0.0.1, else a free port. */
export async function freePort(kept: number | undefined): Promise<number> {
  for (let port = kept ?? randomPort(); ; port = randomPort()) {
    if (await isFree(port)) return port;
  }
}

/** Whether something on 127.0.0.1 accepts connections on the port. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

function randomPort(): number {
  return randomInt(FIRST_PORT, LAST_PORT);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)));
  });
}
