// A real HTTP server that answers as a test says and remembers what it was asked.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createTcpServer, type Socket, type AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createTomovieeClient, type TomovieeClientOptions } from '../../tomoviee/client.js';
import { createErrorTable } from '../../tomoviee/errors.js';

export const APP_KEY = 'app-key-4711';
export const APP_SECRET = 'Sesame:open~0815';

export interface Seen {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  body: string;
}

export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: string | object;
}

/** Answers every request with the reply and keeps the requests in `seen`. */
export async function startVendor(
  reply: Reply | ((seen: Seen, count: number) => Reply),
): Promise<{ baseUrl: string; seen: Seen[]; connections: () => number }> {
  const seen: Seen[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        rawHeaders: request.rawHeaders,
        body: Buffer.concat(chunks).toString(),
      };
      seen.push(one);
      const {
        status = 200,
        headers,
        body = '',
      } = typeof reply === 'function' ? reply(one, seen.length) : reply;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  server.on('connection', () => connections++);
  return { baseUrl: await listen(server), seen, connections: () => connections };
}

/** Hands each whole request's socket to the test, which answers by hand. */
export async function startRawVendor(
  answer: (socket: Socket, count: number) => void,
): Promise<{ baseUrl: string; requests: () => number }> {
  let requests = 0;
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const [head, body] = text.split('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(head ?? '')?.[1]);
      if (body === undefined || Buffer.byteLength(body) < length) return;
      text = '';
      requests++;
      answer(socket, requests);
    });
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return { baseUrl: await listen(server), requests: () => requests };
}

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A client of the stub that is closed with the test. */
export function clientOf(baseUrl: string, options: Partial<TomovieeClientOptions> = {}) {
  const client = createTomovieeClient({
    baseUrl,
    appKey: APP_KEY,
    appSecret: APP_SECRET,
    errorTable: createErrorTable(),
    timeoutMs: 10_000,
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}
