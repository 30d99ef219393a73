// A proxy in front of a Temporal server, which sees each call and may refuse it.
import { once } from 'node:events';
import {
  connect,
  constants,
  type ClientHttp2Session,
  type Http2SecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';

export interface GrpcProxy {
  /** host:port to be used in place of the server's. */
  address: string;
  /** Ends all connections, so that clients have to come in anew. */
  drop: () => void;
  close: () => Promise<void>;
}

/**
 * @param proxy takes the calls, with TLS or without
 * @param server host:port, without TLS
 * @param look sees the headers of each call; returns why it is refused, or nothing
 */
export async function startGrpcProxy(
  proxy: Http2Server | Http2SecureServer,
  server: string,
  look: (headers: IncomingHttpHeaders, session: ServerHttp2Session) => string | undefined,
): Promise<GrpcProxy> {
  const sessions = new Set<ServerHttp2Session | ClientHttp2Session>();
  const keep = (session: ServerHttp2Session | ClientHttp2Session): void => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    session.on('error', () => session.destroy()); // the other end sees the connection closed
  };
  const drop = (): void => sessions.forEach((session) => session.destroy());
  proxy.on('session', (incoming: ServerHttp2Session) => {
    const outgoing = connect(`http://${server}`);
    keep(incoming);
    keep(outgoing);
    incoming.once('close', () => outgoing.destroy());
    outgoing.once('close', () => incoming.destroy());
    incoming.on('stream', (stream, headers) => {
      const refusal = look(headers, incoming);
      if (refusal === undefined) pass(stream, headers, outgoing);
      else refuse(stream, refusal);
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    address: `127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    drop,
    async close() {
      const closed = once(proxy, 'close');
      proxy.close();
      drop();
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
