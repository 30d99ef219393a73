// Counts the calls to a Temporal server by method: what Temporal Cloud bills and no history shows (heartbeats, queries)
// is seen here.
import { createServer, type IncomingHttpHeaders } from 'node:http2';
import { startGrpcProxy, type GrpcProxy } from '../../test/support/grpc-proxy.js';

export interface GrpcCounter extends Pick<GrpcProxy, 'address' | 'close'> {
  /** Calls so far of a method, such as RecordActivityTaskHeartbeat. */
  calls(method: string): number;
}

/**
 * @param server host:port, without TLS
 * @param look sees the headers of each call; returns why it is refused, or nothing
 */
export async function startGrpcCounter(
  server: string,
  look: (headers: IncomingHttpHeaders) => string | undefined = () => undefined,
): Promise<GrpcCounter> {
  const counts = new Map<string, number>();
  const { address, close } = await startGrpcProxy(createServer(), server, (headers) => {
    const method = headers[':path']?.split('/').at(-1) ?? '';
    counts.set(method, (counts.get(method) ?? 0) + 1);
    return look(headers);
  });
  return { address, close, calls: (method) => counts.get(method) ?? 0 };
}
