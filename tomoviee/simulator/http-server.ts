// The simulator's HTTP server: which request goes where.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { SUBMIT_PATH, TASK_PATH } from '../../contract/service.js';
import { answerAdmin } from './admin.js';
import type { SimulatorControls } from './controls.js';
import { jsonAnswer, sendAnswer, textAnswer, type Answer } from './exchange.js';
import type { SimulatorParts } from './parts.js';
import { answerWith } from './ranges.js';

/** Longer than clients keep a connection idle, so that it is they who close it. */
const KEEP_ALIVE_MS = 75_000;
const REQUEST_TIMEOUT_MS = 30_000;

/** A server that does not listen yet. */
export function createHttpServer(parts: SimulatorParts, controls: SimulatorControls): Server {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (req, res) => {
    route(req, parts, controls)
      .then(async (answer) => {
        // Nothing is answered that would be forgotten after a kill and a restart.
        await parts.state.journal.written();
        return answer;
      })
      .catch((error: unknown): Answer => {
        // The client broke off its own request, or the journal cannot be written.
        const msg = error instanceof Error ? error.message : String(error);
        return jsonAnswer(500, { code: 500, msg, data: null });
      })
      .then((answer) => sendAnswer(req, res, answer))
      .catch(() => req.socket.destroy());
  });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  return server;
}

/**
 * Resolves when it listens.
 * @throws Error when it cannot.
 */
export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `the simulator cannot listen on ${host}:${port} (choose another port)`;
      reject(new Error(message, { cause }));
    });
    server.listen(port, host, resolve);
  });
}

async function route(
  req: IncomingMessage,
  { gateway, results, clips }: SimulatorParts,
  controls: SimulatorControls,
): Promise<Answer> {
  const path = req.url?.split('?', 1)[0] ?? '/';
  const method = req.method ?? 'GET';
  if (method === 'POST' && path === SUBMIT_PATH) return gateway.submit(req);
  if (method === 'POST' && path === TASK_PATH) return gateway.query(req);
  if (path.startsWith('/_simulator')) return answerAdmin(req, path, controls);
  if (method === 'GET' || method === 'HEAD') {
    if (path.startsWith('/results/')) {
      return results.answer(req, new URL(req.url ?? '/', 'http://simulator'));
    }
    if (path.startsWith('/clips/')) {
      const clip = await clips.find(decoded(path.slice('/clips/'.length)));
      return clip === undefined ? textAnswer(404, 'no such clip\n') : answerWith(req, clip);
    }
  }
  return jsonAnswer(404, { code: 404, msg: `no ${method} ${path}`, data: null });
}

/** A malformed percent-encoding names no clip; it is left as it is. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
