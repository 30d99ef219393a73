// Who may use the page. It can spend money, and any web site can send requests to it.
//
// W1. Nothing but the form for the token is answered without the session's cookie, which only a request with the
//     token gets. Token and session last as long as the process.
// W2. A request under a name that is not the page's own gets nothing: a name of somebody else may lead here.
// W3. What changes something is a POST of JSON from the page itself.
// W4. Nothing is run, loaded or framed but what the page brings.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { loginHtml, onwardHtml } from './html.js';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Whoever sends it is not known yet. */
const LOGIN_BYTES = 1024;

/** W4. */
const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

export interface AccessOptions {
  /** What the Host header may say, in lower case. */
  hosts: () => readonly string[];
  /** Where it listens. Cookies are of a host: those of several pages are told apart by it. */
  port: () => number;
  /** People reach it by https. */
  secure: boolean;
}

/** Guards all routes of the page. @returns the token */
export async function guardAccess(
  app: FastifyInstance,
  { hosts, port, secure }: AccessOptions,
): Promise<string> {
  const token = randomBytes(24).toString('base64url');
  const session = randomBytes(24).toString('base64url');
  const name = (): string => `reelscore-${port()}`;
  await app.register(cookie);

  const enter = (reply: FastifyReply, url: string): FastifyReply =>
    reply
      .setCookie(name(), session, { httpOnly: true, sameSite: 'strict', path: '/', secure })
      .type('text/html')
      .send(onwardHtml(url));

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    if (!hosts().includes(request.headers.host?.toLowerCase() ?? '')) {
      return await reply.code(421).send({ error: 'this is not my name (set REELSCORE_PAGE_URL)' }); // W2
    }
    if (request.url === '/login' && request.method === 'POST') {
      const site = request.headers['sec-fetch-site'];
      if (site === undefined || site === 'same-origin') return;
      return await reply.code(403).send({ error: 'not from this page' });
    }
    if (!isSame(request.cookies[name()], session)) return await turnAway(request, reply);
    if (request.method === 'GET' || request.method === 'HEAD') return;
    if (!isOwn(request)) return await reply.code(403).send({ error: 'not from this page' }); // W3
  });

  /** W1. A person who has opened a link with the token is let in, and the token leaves the address. */
  async function turnAway(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const [path = '/', query] = request.url.split('?');
    const isPage = request.method === 'GET' && (path === '/' || path.startsWith('/batches/'));
    if (!isPage) return await reply.code(401).send({ error: 'log in first: open the page again' });
    const given = new URLSearchParams(query).get('token');
    if (given !== null && isSame(given, token)) return await enter(reply, path);
    return await reply
      .code(401)
      .type('text/html')
      .send(loginHtml(given !== null));
  }

  // Fields of a form are plain text here; only the login takes them.
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  );
  app.post('/login', { bodyLimit: LOGIN_BYTES }, async ({ body }, reply) => {
    const given = body instanceof URLSearchParams ? body.get('token') : null;
    if (isSame(given?.trim(), token)) return await enter(reply, '/');
    return await reply.code(401).type('text/html').send(loginHtml(true));
  });
  return token;
}

/** W3. Forms of other sites cannot send JSON, and browsers tell where a request comes from. */
function isOwn({ headers }: FastifyRequest): boolean {
  const { origin, host } = headers;
  if (headers['content-type']?.split(';')[0]?.trim() !== 'application/json') return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}

function isSame(given: string | undefined, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return given !== undefined && timingSafeEqual(digest(given), digest(expected));
}
