// HTTP in, signal out. Owns the callback endpoint; believes nothing but the MAC in the path.
//
// R1. A request without a valid MAC gets 404 and touches nothing.
// R2. 2xx only when Temporal has taken the signal; otherwise the sender should try again.
import fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { CallbackTarget } from '../contract/callback.js';
import { Coalescer, type DeliverCallbacks } from './coalescer.js';
import { CALLBACK_ROUTE, verifyCallback } from './url.js';

/** The vendor's callback is a few hundred bytes. */
const BODY_LIMIT = 64 * 1024;
const REQUEST_TIMEOUT_MS = 10_000;
const RETRY_AFTER_S = 5;
const COALESCE_MS = 25;

/** The batch a callback is for has ended; `DeliverCallbacks` throws it. */
export class BatchEndedError extends Error {
  override readonly name = 'BatchEndedError';
}

export interface ReceiverOptions {
  /** Where to listen; port 0 takes a free one. */
  listen: { host: string; port: number };
  secret: string;
  deliver: DeliverCallbacks;
  /** Throws if callbacks could not be delivered now. */
  checkHealth: () => Promise<void>;
  logger: Logger;
}

export interface Receiver {
  port: number;
  /** Stops taking requests and waits for those under way. */
  close(): Promise<void>;
}

/** The documented body; anything else in it is ignored [vendor-api: Callback]. */
const Body = z.object({
  task_id: z.union([z.string().min(1).max(256), z.number().int()]).transform(String),
  // Without a status it is still a hint to look, so it counts as the end of the task.
  status: z.coerce.number().int().catch(3).default(3),
});

/** Starts the receiver. Rejects if it cannot listen. */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const app = createApp(options);
  await app.listen({ host: options.listen.host, port: options.listen.port });
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : options.listen.port;
  return { port, close: () => app.close() };
}

function createApp({ secret, deliver, checkHealth, logger }: ReceiverOptions): FastifyInstance {
  const coalescer = new Coalescer(deliver, COALESCE_MS);
  const app = fastify({
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 256 },
  });
  app.decorateRequest('callbackTarget', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

  app.get('/health', async (_request, reply) => {
    try {
      await checkHealth();
      return { status: 'ok' };
    } catch {
      return reply.code(503).send({ status: 'Temporal cannot be reached' });
    }
  });

  app.post<{ Params: Record<string, string>; Body: string | undefined }>(
    CALLBACK_ROUTE,
    {
      // Before the body is read: a stranger's body is not worth reading. R1
      onRequest: (request, reply, done) => {
        const target = verifyCallback(request.params, secret);
        if (!target) {
          reply.callNotFound();
          return;
        }
        request.callbackTarget = target;
        done();
      },
    },
    async (request, reply) => {
      const { batch, ...target } = request.callbackTarget as CallbackTarget;
      const body = Body.safeParse(parseJson(request.body));
      if (!body.success) {
        logger.warn({ batch, ...target }, 'callback with a body that is not the documented JSON');
        return reply.code(400).send({ error: 'expected JSON with task_id and status' });
      }
      const { task_id: taskId, status } = body.data;
      try {
        await coalescer.add(batch, { ...target, taskId, status });
        return { status: 'accepted' }; // R2
      } catch (error) {
        if (error instanceof BatchEndedError) {
          logger.info({ batch, ...target, taskId }, 'callback for a batch that has ended');
          return reply.code(410).send({ error: 'the batch has ended' });
        }
        logger.warn({ batch, ...target, err: error }, 'callback could not be delivered');
        return reply
          .code(503)
          .header('retry-after', RETRY_AFTER_S)
          .send({ error: 'not taken; send it again' }); // R2
      }
    },
  );
  return app;
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    callbackTarget: CallbackTarget | null;
  }
}
