// What people and tests ask of the simulator itself, at /_simulator/; from this machine only, and not
// from other sites' pages.
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { jsonAnswer, readBody, textAnswer, type Answer } from './exchange.js';
import { FaultSyntaxError } from './faults.js';
import { describeIssues, limitChanges } from './options.js';
import type { SimulatorControls } from './controls.js';
import { refusalOf } from './own-page.js';

const MAX_BODY_BYTES = 64 * 1024;
/** Lines sent at a time: one string each would be slow, all at once large. */
const LINES_A_CHUNK = 500;

const faultsBody = z.strictObject({ faults: z.string() });
const keysBody = z.strictObject({ revoked: z.boolean() });

/** Answers a request to /_simulator/. */
export async function answerAdmin(
  req: IncomingMessage,
  path: string,
  simulator: SimulatorControls,
): Promise<Answer> {
  const { method, headers } = req;
  const refusal = refusalOf({ address: req.socket.remoteAddress, method, headers });
  if (refusal !== undefined) return textAnswer(refusal.status, `${refusal.text}\n`);
  switch (`${req.method ?? ''} ${path}`) {
    case 'GET /_simulator/ledger':
      return jsonLines(simulator.entries());
    case 'GET /_simulator/arrivals':
      return jsonLines(simulator.arrivals());
    case 'GET /_simulator/stats':
      return jsonAnswer(200, simulator.stats());
    case 'POST /_simulator/faults':
      return change(req, faultsBody, ({ faults }) => simulator.setFaults(faults));
    case 'POST /_simulator/limits':
      return change(req, limitChanges, (limits) => simulator.setLimits(limits));
    case 'POST /_simulator/keys':
      return change(req, keysBody, ({ revoked }) => simulator.setKeysRevoked(revoked));
    default:
      return textAnswer(
        404,
        'GET /_simulator/ledger|arrivals|stats or POST /_simulator/faults|limits|keys\n',
      );
  }
}

async function change<T>(
  req: IncomingMessage,
  schema: z.ZodType<T>,
  apply: (body: T) => void,
): Promise<Answer> {
  try {
    const body = schema.parse(JSON.parse((await readBody(req, MAX_BODY_BYTES)) ?? ''));
    apply(body);
    return jsonAnswer(200, { ok: true });
  } catch (error) {
    if (error instanceof z.ZodError) return jsonAnswer(400, { error: describeIssues(error) });
    if (error instanceof SyntaxError || error instanceof FaultSyntaxError) {
      return jsonAnswer(400, { error: error.message });
    }
    throw error;
  }
}

function jsonLines(records: Iterable<object>): Answer {
  function* chunks(): Generator<string> {
    let lines: string[] = [];
    for (const record of records) {
      lines.push(JSON.stringify(record) + '\n');
      if (lines.length < LINES_A_CHUNK) continue;
      yield lines.join('');
      lines = [];
    }
    yield lines.join('');
  }
  const headers = { 'content-type': 'application/jsonl' };
  return { kind: 'send', status: 200, headers, body: Readable.from(chunks()) };
}
