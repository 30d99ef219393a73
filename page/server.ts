// The page: batches and accounts as they change, and what can be done with them, for people with a browser.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { ZodError } from 'zod';
import { ReelscoreError, type Reelscore } from '../client/index.js';
import { readAsset, reviewScript } from '../client/report/assets.js';
import type { ResolvedConfig } from '../config/config.js';
import { PACKAGE_ROOT } from '../config/paths.js';
import { guardAccess } from './access.js';
import { addBatchRoutes } from './batch-routes.js';
import { addOverviewRoutes } from './overview-routes.js';

/** Ids of clips that are to be redone, many of them. */
const BODY_LIMIT = 4 * 1024 * 1024;
const REQUEST_TIMEOUT_MS = 10_000;
/** People, each with some pages open. */
const MAX_CONNECTIONS = 300;
/** An id has up to 1,000 bytes, and each may be percent-encoded. */
const MAX_PARAM_LENGTH = 3000;

export interface PageOptions {
  api: Reelscore;
  config: ResolvedConfig['page'];
  logger: Pick<Logger, 'error'>;
}

export interface RunningPage {
  /** With the token: whoever opens it is logged in. */
  url: string;
  port: number;
  close: () => Promise<void>;
}

/** @throws Error if it cannot listen */
export async function startPage({ api, config, logger }: PageOptions): Promise<RunningPage> {
  const { listen, publicUrl } = config;
  const app = fastify({
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  const port = (): number => {
    const address = app.server.address();
    return typeof address === 'object' && address ? address.port : listen.port;
  };
  const token = await guardAccess(app, {
    port,
    hosts: () => hostsOf(port(), publicUrl),
    secure: publicUrl?.startsWith('https:') ?? false,
  });
  answerErrors(app, logger);
  await addAssets(app);
  addOverviewRoutes(app, api);
  addBatchRoutes(app, api);
  await app.listen({ host: listen.host, port: listen.port });
  const base = publicUrl ?? `http://${nameOf(listen.host)}:${port()}`;
  return { url: `${base}/?token=${token}`, port: port(), close: () => app.close() };
}

/** W2. */
function hostsOf(port: number, publicUrl: string | undefined): string[] {
  const own = ['localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${port}`);
  return publicUrl === undefined ? own : [...own, new URL(publicUrl).host];
}

function nameOf(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Each file by itself: nothing else of the folder is reached. */
async function addAssets(app: FastifyInstance): Promise<void> {
  const own = (name: string): Promise<string> =>
    readFile(path.join(PACKAGE_ROOT, 'page', 'assets', name), 'utf8');
  const dom = await readAsset('dom.js');
  const post = await own('post.js');
  const home = post + (await own('live-home.js'));
  const assets = {
    'view.css': ['text/css', await readAsset('view.css')],
    'live.css': ['text/css', await own('live.css')],
    'review.js': ['text/javascript', await reviewScript(home, await own('live.js'))],
    'overview.js': ['text/javascript', dom + post + (await own('overview.js'))],
  } as const;
  app.get('/favicon.ico', (_request, reply) => reply.code(204).send());
  for (const [name, [type, content]] of Object.entries(assets)) {
    app.get(`/assets/${name}`, (_request, reply) => reply.type(type).send(content));
  }
}

const MISSING = new Set(['batch_not_found', 'results_gone']);

function answerErrors(app: FastifyInstance, logger: PageOptions['logger']): void {
  app.setErrorHandler(async (error: Error & { statusCode?: number }, request, reply) => {
    if (error instanceof ReelscoreError) {
      const { code, message } = error;
      return await reply.code(MISSING.has(code) ? 404 : 409).send({ error: message, code });
    }
    if (error instanceof ZodError) {
      const [issue] = error.issues;
      const fault = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
      return await reply.code(400).send({ error: fault.replace(/^: /, '') });
    }
    // Of a row; fastify's own have a status.
    if (error instanceof RangeError && error.statusCode === undefined)
      return await reply.code(404).send({ error: error.message });
    const { statusCode = 500 } = error;
    if (statusCode < 500) return await reply.code(statusCode).send({ error: error.message });
    logger.error({ err: error, path: request.routeOptions.url }, 'the page could not answer');
    return await reply.code(500).send({ error: 'this went wrong here; the log says why' });
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: 'there is nothing here' }),
  );
}
