// HEAD and single byte ranges (RFC 9110) over a thing of known size.
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { byteRange } from '../../net/byte-range.js';
import type { Answer } from './exchange.js';

/** Content that can be served in parts. */
export interface Servable {
  size: number;
  type: string;
  etag: string;
  /** Bytes from `start` to `end`, both included. */
  read: (start: number, end: number) => Buffer | Readable;
}

/** Content in memory. */
export function servableBytes(bytes: Buffer, type: string, etag: string): Servable {
  return {
    size: bytes.length,
    type,
    etag,
    read: (start, end) => bytes.subarray(start, end + 1),
  };
}

/** Answers GET and HEAD with 200, 206 or 416. Several ranges at once get the whole, as is allowed. */
export function answerWith(req: IncomingMessage, thing: Servable): Answer {
  const { size, type, etag } = thing;
  const headers: OutgoingHttpHeaders = { 'content-type': type, 'accept-ranges': 'bytes', etag };
  const condition = req.headers['if-range'];
  const range =
    condition === undefined || condition === etag ? byteRange(req.headers.range, size) : 'whole';
  if (range === 'unsatisfiable') {
    const said = { ...headers, 'content-type': 'text/plain', 'content-range': `bytes */${size}` };
    return { kind: 'send', status: 416, headers: said, body: '' };
  }
  const [start, end] = range === 'whole' ? [0, size - 1] : range;
  headers['content-length'] = end - start + 1;
  if (range !== 'whole') headers['content-range'] = `bytes ${start}-${end}/${size}`;
  const status = range === 'whole' ? 200 : 206;
  const body = req.method === 'HEAD' || size === 0 ? '' : thing.read(start, end);
  return { kind: 'send', status, headers, body };
}

/** Answers with the whole, and breaks off in the middle. */
export function answerCut(thing: Servable): Answer {
  const half = thing.read(0, Math.max(0, Math.floor(thing.size / 2) - 1));
  async function* broken(): AsyncGenerator<Buffer> {
    if (half instanceof Readable) yield* half as AsyncIterable<Buffer>;
    else yield half;
    // The bytes must be on their way before the connection goes.
    await new Promise((resolve) => setTimeout(resolve, 20));
    throw new Error('cut on purpose');
  }
  const headers = { 'content-type': thing.type, 'content-length': thing.size };
  return { kind: 'send', status: 200, headers, body: Readable.from(broken()) };
}

const TRICKLE_MS = 250;

/** Answers with so many bytes a second, and says that there is no end of them. */
export function answerTrickle(thing: Servable, bytesPerSecond: number): Answer {
  const drop = Buffer.alloc(Math.max(1, Math.round((bytesPerSecond * TRICKLE_MS) / 1000)));
  async function* drops(): AsyncGenerator<Buffer> {
    for (;;) {
      yield drop;
      await new Promise((resolve) => setTimeout(resolve, TRICKLE_MS));
    }
  }
  const headers = { 'content-type': thing.type };
  return { kind: 'send', status: 200, headers, body: Readable.from(drops(), { highWaterMark: 1 }) };
}
