// A proxy in front of a Temporal server that counts calls by method: what Temporal Cloud bills and no
// history shows (heartbeats, queries) is seen here.
import { once } from 'node:events';
import {
  connect,
  constants,
  createServer,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';

export interface GrpcCounter {
  /** host:port to be used in place of the server's. */
  address: string;
  /** Calls so far of a method, such as RecordActivityTaskHeartbeat. */
  calls(method: string): number;
  close(): Promise<void>;
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
  const sessions = new Set<ServerHttp2Session | ClientHttp2Session>();
  const keep = (session: ServerHttp2Session | ClientHttp2Session): void => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    session.on('error', () => session.destroy()); // the other end sees the connection closed
  };
  const proxy = createServer();
  proxy.on('session', (incoming) => {
    const outgoing = connect(`http://${server}`);
    keep(incoming);
    keep(outgoing);
    incoming.once('close', () => outgoing.destroy());
    outgoing.once('close', () => incoming.destroy());
    incoming.on('stream', (stream, headers) => {
      const method = headers[':path']?.split('/').at(-1) ?? '';
      counts.set(method, (counts.get(method) ?? 0) + 1);
      const refusal = look(headers);
      if (refusal === undefined) pass(stream, headers, outgoing);
      else refuse(stream, refusal);
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    address: `127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    calls: (method) => counts.get(method) ?? 0,
    async close() {
      const closed = once(proxy, 'close');
      proxy.close();
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}

/** Of gRPC: UNAUTHENTICATED. */
const UNAUTHENTICATED = 16;

function refuse(stream: ServerHttp2Stream, message: string): void {
  stream.on('error', () => undefined); // whoever called has gone
  stream.respond(
    {
      ':status': 200,
      'content-type': 'application/grpc',
      'grpc-status': UNAUTHENTICATED,
      'grpc-message': message,
    },
    { endStream: true },
  );
}

/** One call: headers, messages and trailers in both directions, and its end from either side. */
function pass(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  outgoing: ClientHttp2Session,
): void {
  if (outgoing.destroyed) {
    stream.close(constants.NGHTTP2_REFUSED_STREAM);
    return;
  }
  const call = outgoing.request(headers);
  let trailers: IncomingHttpHeaders = {};
  const end = (): void => {
    stream.close(constants.NGHTTP2_CANCEL);
    call.close(constants.NGHTTP2_CANCEL);
  };
  stream.on('error', end).on('aborted', end);
  call.on('error', end).on('aborted', end);
  call.on('trailers', (received: IncomingHttpHeaders) => (trailers = received));
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.pipe(call);
  call.on('response', (response, flags) => {
    if (stream.destroyed) return;
    // An error is headers alone, which are the trailers then.
    const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    stream.respond(response, endStream ? { endStream } : { waitForTrailers: true });
    if (!endStream) call.pipe(stream);
  });
}
