// HTTP in, payloads out: lets Temporal's web UI and command show what is encrypted
// (https://docs.temporal.io/codec-server).
//
// E2. Without the token nothing is read, decrypted or encrypted.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Secret } from '../../config/secret.js';
import { PayloadDecryptionError } from './codec.js';

/** A page of a history: Temporal's gRPC messages end at 4 MB, and base64 takes a third more, twice. */
const BODY_LIMIT = 16 * 1024 * 1024;
const MOST_PAYLOADS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const MAX_CONNECTIONS = 100;
/** How long a browser may keep the answer to a preflight. */
const PREFLIGHT_S = 600;
/** What Temporal's web UI sends. */
const HEADERS = 'authorization, authorization-extras, caller-type, content-type, x-namespace';
const PATHS = ['', '/:namespace'];

export interface CodecServerOptions {
  codec: PayloadCodec;
  /** Port 0 takes a free one. */
  listen: { host: string; port: number };
  /** Of pages that may ask. */
  origins: readonly string[];
  token: Secret;
}

export interface RunningCodecServer {
  port: number;
  close(): Promise<void>;
}

const bodySchema = z.object({
  payloads: z
    .array(
      z.object({
        metadata: z.record(z.string().max(200), z.base64()).exactOptional(),
        data: z.base64().exactOptional(),
      }),
    )
    .max(MOST_PAYLOADS),
});

/** Starts the server. Rejects if it cannot listen. */
export async function startCodecServer(options: CodecServerOptions): Promise<RunningCodecServer> {
  const app = fastify({
    ...{ bodyLimit: BODY_LIMIT, requestTimeout: REQUEST_TIMEOUT_MS },
    http: { requestTimeout: REQUEST_TIMEOUT_MS },
    forceCloseConnections: true,
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  addCors(app, options.origins);
  const isTrusted = tokenCheck(options.token);
  // Before the body is read. E2
  app.addHook('onRequest', async (request, reply) => {
    if (request.method === 'OPTIONS' || isTrusted(request.headers.authorization)) return;
    await reply
      .code(401)
      .header('www-authenticate', 'Bearer')
      .send({ error: 'send REELSCORE_CODEC_TOKEN: Authorization: Bearer ...' });
  });
  app.setErrorHandler(async (error: { statusCode?: number; message: string }, _request, reply) => {
    const code = error.statusCode ?? 500;
    await reply.code(code).send({ error: code < 500 ? error.message : 'it failed' });
  });
  for (const path of PATHS) {
    app.post(
      `${path}/encode`,
      answerWith((payloads) => options.codec.encode(payloads)),
    );
    app.post(
      `${path}/decode`,
      answerWith((payloads) => options.codec.decode(payloads)),
    );
  }
  await app.listen(options.listen);
  const address = app.server.address();
  return {
    port: typeof address === 'object' && address ? address.port : options.listen.port,
    close: () => app.close(),
  };
}

function answerWith(convert: (payloads: Payload[]) => Promise<Payload[]>) {
  return async ({ body }: FastifyRequest, reply: FastifyReply): Promise<object> => {
    const read = bodySchema.safeParse(body);
    if (!read.success) {
      const [issue] = read.error.issues;
      const place = issue?.path.join('.') ?? '';
      return reply.code(400).send({
        error: `${place === '' ? 'the body' : place}: ${issue?.message ?? 'is wrong'} (send {"payloads": [{"metadata": {...}, "data": "<base64>"}]})`,
      });
    }
    try {
      return { payloads: (await convert(read.data.payloads.map(fromJson))).map(toJson) };
    } catch (error) {
      if (!(error instanceof PayloadDecryptionError)) throw error;
      return reply.code(422).send({ error: error.message });
    }
  };
}

type JsonPayload = z.infer<typeof bodySchema>['payloads'][number];

function fromJson({ metadata = {}, data = '' }: JsonPayload): Payload {
  const read = Object.entries(metadata).map(([name, text]) => [name, Buffer.from(text, 'base64')]);
  return {
    metadata: Object.fromEntries(read) as Record<string, Uint8Array>,
    data: Buffer.from(data, 'base64'),
  };
}

function toJson({ metadata, data }: Payload): JsonPayload {
  const base64 = (bytes: Uint8Array | null | undefined): string =>
    Buffer.from(bytes ?? []).toString('base64');
  return {
    metadata: Object.fromEntries(
      Object.entries(metadata ?? {}).map(([name, bytes]) => [name, base64(bytes)]),
    ),
    data: base64(data),
  };
}

function addCors(app: FastifyInstance, origins: readonly string[]): void {
  app.addHook('onRequest', async ({ headers: { origin } }, reply) => {
    reply.header('vary', 'Origin').header('cache-control', 'no-store');
    if (origin === undefined || !origins.includes(origin)) return;
    reply.header('access-control-allow-origin', origin);
    await Promise.resolve();
  });
  app.options('*', async (_request, reply) => {
    await reply
      .code(204)
      .header('access-control-allow-methods', 'POST')
      .header('access-control-allow-headers', HEADERS)
      .header('access-control-max-age', PREFLIGHT_S)
      .send();
  });
}

/** Compares digests, so that neither time nor length tells how much was right. */
function tokenCheck(token: Secret): (header: string | undefined) => boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const wanted = digest(`Bearer ${token.reveal()}`);
  return (header) => timingSafeEqual(digest(header ?? ''), wanted);
}
