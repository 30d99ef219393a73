// One unary gRPC call over plain HTTP/2, for a process that is to stay small: the supervisor asks
// whether a server is ready without loading the SDK.
import { connect, type IncomingHttpHeaders } from 'node:http2';

/** What is called. */
export interface GrpcCall {
  /** Such as `/package.Service/Method`. */
  path: string;
  /** The request message, serialized and in base64. */
  message: string;
}

const GRPC_STATUS_OK = '0';

/**
 * Whether a server on 127.0.0.1 answers the call with status OK within the time; never throws.
 * @param timeoutMs for the whole of it
 */
export function grpcAnswers(port: number, call: GrpcCall, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const session = connect(`http://127.0.0.1:${port}`);
    const settle = (answer: boolean): void => {
      clearTimeout(deadline);
      session.destroy();
      resolve(answer);
    };
    const deadline = setTimeout(() => settle(false), timeoutMs);
    session.once('error', () => settle(false));
    session.once('close', () => settle(false)); // after an answer this changes nothing
    const stream = session.request({
      ':method': 'POST',
      ':path': call.path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    // An error without a message comes in the headers, anything else in the trailers.
    stream.once('response', (headers) => {
      if (headers['grpc-status'] !== undefined) settle(headers['grpc-status'] === GRPC_STATUS_OK);
    });
    stream.once('trailers', (trailers: IncomingHttpHeaders) =>
      settle(trailers['grpc-status'] === GRPC_STATUS_OK),
    );
    stream.once('error', () => settle(false));
    stream.resume();
    stream.end(framed(Buffer.from(call.message, 'base64')));
  });
}

/** A gRPC frame: a byte for "not compressed", the length in four bytes, the message. */
function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
