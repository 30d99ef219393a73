// How many connections a receiver holds, and for how long.
import type { Server } from 'node:http';

/** Far more than a vendor has; each costs some 10 KB and a file descriptor. */
export const MAX_CONNECTIONS = 500;
/** From this share on, idle connections are closed to make room for others. */
const CROWDED = 0.8;
/** A vendor's next callback comes soon or on a new connection. */
export const KEEP_ALIVE_MS = 5_000;
/** Requests on one connection; a sender then opens another. */
export const MAX_REQUESTS_A_CONNECTION = 1_000;

/** Limits the connections of a server that is not listening yet. */
export function boundConnections(server: Server, max: number): void {
  server.maxConnections = max;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.maxRequestsPerSocket = MAX_REQUESTS_A_CONNECTION;
  let open = 0;
  server.on('connection', (socket) => {
    open += 1;
    socket.once('close', () => (open -= 1));
    if (open >= max * CROWDED) server.closeIdleConnections();
  });
}
