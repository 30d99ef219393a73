// One HTTP exchange: reading a request's body, sending an answer. Knows nothing of the vendor.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** What a handler wants sent. */
export type Answer =
  | {
      kind: 'send';
      status: number;
      headers: OutgoingHttpHeaders;
      body: string | Buffer | Readable;
      /** Runs once the answer has been handed to the connection, or the client has gone. */
      after?: () => void;
    }
  | { kind: 'drop'; after?: () => void };

export function jsonAnswer(
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): Extract<Answer, { kind: 'send' }> {
  return {
    kind: 'send',
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

export function textAnswer(status: number, text: string, type = 'text/plain'): Answer {
  return { kind: 'send', status, headers: { 'content-type': type }, body: text };
}

/**
 * The whole body, or undefined if it is longer than `limit` bytes. The rest of a body too long is
 * read and thrown away, so that the client gets to read its answer.
 */
export async function readBody(req: IncomingMessage, limit: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= limit) chunks.push(chunk);
  }
  return length > limit ? undefined : Buffer.concat(chunks).toString('utf8');
}

/** Sends an answer; a client that has gone is no error. */
export async function sendAnswer(
  req: IncomingMessage,
  res: ServerResponse,
  answer: Answer,
): Promise<void> {
  try {
    if (answer.kind === 'drop') {
      req.socket.destroy();
    } else if (answer.body instanceof Readable) {
      res.writeHead(answer.status, answer.headers);
      // The client went away; it got no answer.
      await pipeline(answer.body, res).catch(() => undefined);
    } else {
      const { body } = answer;
      const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
      res.writeHead(answer.status, { 'content-length': length, ...answer.headers });
      res.end(req.method === 'HEAD' ? undefined : body);
    }
  } finally {
    answer.after?.();
  }
}
