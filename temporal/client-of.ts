import { Client, type ConnectionLike } from '@temporalio/client';
import type { TemporalServer } from './connection.js';

/** A client that reads and writes payloads as the server's workers do. */
export function clientOf(
  connection: ConnectionLike,
  { namespace, dataConverter, traces }: TemporalServer,
): Client {
  return new Client({
    ...{ connection, namespace },
    ...(dataConverter && { dataConverter }),
    ...(traces && { interceptors: { workflow: [traces.client] } }),
  });
}
