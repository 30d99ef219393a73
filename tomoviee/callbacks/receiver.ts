// HTTP in, signal out. Owns the callback endpoint; believes nothing but the MAC in the path.
//
// R1. A request without a valid MAC gets 404 and touches nothing.
// R2. 2xx only when Temporal has taken the signal. Otherwise the sender should try again (503), unless
//     the batch has ended (410).
import fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { HEALTH_PATH, type CallbackTarget } from '../../contract/callback.js';
import { readBody } from './body.js';
import { Coalescer, type CallbackWait } from './coalescer.js';
import { boundConnections, KEEP_ALIVE_MS, MAX_CONNECTIONS } from './connections.js';
import { BatchEndedError, type DeliverCallbacks } from './delivery.js';
import { sharedCheck } from './health.js';
import { CALLBACK_ROUTE, verifyCallback } from './url.js';

/** The vendor's callback is a few hundred bytes. */
const BODY_LIMIT = 64 * 1024;
const REQUEST_TIMEOUT_MS = 10_000;
/** How often Node looks for slow requests; by default only every 30 s. */
const TIMEOUT_CHECK_MS = 1000;
/** Longest path segment: a workflow id has up to 1,000 bytes, and each may be percent-encoded. */
const MAX_PARAM_LENGTH = 3000;
const RETRY_AFTER_S = 5;
const COALESCE_MS = 25;

/** Takes a callback whose MAC is right, within whatever surrounds it. */
export type AroundCallback = <T extends { code: number }>(
  batch: string,
  take: () => Promise<T>,
) => Promise<T>;

export interface ReceiverOptions {
  /** Adds other routes beside that of callbacks. */
  addRoutes?: (app: FastifyInstance) => void;
  /** Where to listen; port 0 takes a free one. */
  listen: { host: string; port: number };
  secret: string;
  deliver: DeliverCallbacks;
  /** Default: callbacks wait for others only while many arrive. */
  waitOf?: CallbackWait;
  /** Default: nothing surrounds it. */
  around?: AroundCallback;
  /** Throws if callbacks could not be delivered now. */
  checkHealth: () => Promise<void>;
  logger: Logger;
  /** Called for each callback that was answered. @param durationMs since its request arrived */
  onAnswered?: (code: number, durationMs: number) => void;
  /** For a request to be there as a whole; default 10 s. */
  requestTimeoutMs?: number;
  /** Connections at one time; default 500. */
  maxConnections?: number;
}

export interface Receiver {
  port: number;
  /** Stops taking requests and waits for those under way, though not for slow senders. */
  close(): Promise<void>;
}

/** Starts the receiver. Rejects if it cannot listen. */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const { listen, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  const { maxConnections = MAX_CONNECTIONS } = options;
  const app = createApp({ ...options, requestTimeoutMs, maxConnections });
  await app.listen({ host: listen.host, port: listen.port });
  const address = app.server.address();
  return {
    port: typeof address === 'object' && address ? address.port : listen.port,
    async close() {
      // Node's own request timeout no longer applies once closing has begun.
      const timer = setTimeout(() => app.server.closeAllConnections(), requestTimeoutMs);
      await app.close().finally(() => clearTimeout(timer));
    },
  };
}

function createApp(
  options: ReceiverOptions & Required<Pick<ReceiverOptions, 'requestTimeoutMs' | 'maxConnections'>>,
): FastifyInstance {
  const { secret, requestTimeoutMs, maxConnections } = options;
  const app = fastify({
    bodyLimit: BODY_LIMIT,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: {
      // Here too: Node derives headersTimeout from it, and applies the longer of the two to bodies.
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, requestTimeoutMs),
    },
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
  });
  boundConnections(app.server, maxConnections);
  app.decorateRequest('callbackTarget', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

  const checkHealth = sharedCheck(options.checkHealth);
  app.get(HEALTH_PATH, async (_request, reply) => {
    try {
      await checkHealth();
      return { status: 'ok' };
    } catch {
      return reply.code(503).send({ status: 'Temporal cannot be reached' });
    }
  });

  options.addRoutes?.(app);
  const take = callbackTaker(options);
  const around: AroundCallback = options.around ?? ((_batch, call) => call());
  app.post<{ Params: Record<string, string>; Body: string | undefined }>(
    CALLBACK_ROUTE,
    {
      ...(options.onAnswered && {
        onResponse: (_request, { statusCode, elapsedTime }, done) => {
          options.onAnswered?.(statusCode, elapsedTime);
          done();
        },
      }),
      // Before the body is read: an unauthenticated body is never read. R1
      onRequest: (request, reply, done) => {
        const target = verifyCallback(request.params, secret);
        if (!target) {
          options.onAnswered?.(404, reply.elapsedTime); // the route's own hooks are not run
          reply.callNotFound();
          return;
        }
        request.callbackTarget = target;
        done();
      },
    },
    async ({ callbackTarget, body }, reply) => {
      const target = callbackTarget as CallbackTarget;
      const { code, ...answer } = await around(target.batch, () => take(target, body));
      if (code === 503) reply.header('retry-after', RETRY_AFTER_S);
      return reply.code(code).send(answer);
    },
  );
  return app;
}

type Answer = { code: 200; status: string } | { code: 400 | 410 | 503; error: string };

function callbackTaker({
  deliver,
  waitOf,
  logger,
}: Pick<ReceiverOptions, 'deliver' | 'waitOf' | 'logger'>): (
  target: CallbackTarget,
  body: string | undefined,
) => Promise<Answer> {
  const coalescer = new Coalescer(deliver, COALESCE_MS, waitOf);
  return async ({ batch, ...target }, body) => {
    const said = readBody(body);
    if (!said) {
      logger.warn({ batch, ...target }, 'callback with a body that is not the documented JSON');
      return { code: 400, error: 'expected JSON with task_id and status' };
    }
    try {
      await coalescer.add(batch, { ...target, ...said });
      return { code: 200, status: 'accepted' }; // R2
    } catch (error) {
      if (error instanceof BatchEndedError) {
        logger.info({ batch, ...target, ...said }, 'callback for a batch that has ended');
        return { code: 410, error: 'the batch has ended' }; // R2
      }
      logger.warn({ batch, ...target, err: error }, 'callback could not be delivered');
      return { code: 503, error: 'not taken; send it again' }; // R2
    }
  };
}

declare module 'fastify' {
  interface FastifyRequest {
    callbackTarget: CallbackTarget | null;
  }
}
