// What both of the vendor's endpoints do first: who asks, and is the body what it must be?
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { Credentials } from './credentials.js';
import { jsonAnswer, readBody, type Answer } from './exchange.js';
import { describeIssues } from './options.js';

/** No prompt or link is that long. */
const MAX_BODY_BYTES = 1024 * 1024;

const webUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

/** The body of a submission. Fields the document does not name are ignored. */
export const submitBody = z.object({
  prompt: z.string().min(1, 'must not be empty'),
  file_link: webUrl,
  callback: z.union([z.literal(''), webUrl]).optional(),
  params: z.string().optional(),
});

/** The body of a result query. */
export const queryBody = z.object({ task_id: z.string().min(1, 'must not be empty') });

/** A request turned away: the answer, and its number as in `Arrival`. */
export interface Refusal {
  refused: Answer;
  code: number;
}

/** A refusal in the gateway's form. The vendor publishes no codes for these; the status stands in. */
export function refuse(status: number, msg: string, headers: Record<string, string> = {}): Refusal {
  return { refused: jsonAnswer(status, { code: status, msg, data: null }, headers), code: status };
}

/** A refusal by vendor code, with HTTP 200. */
export function refuseByCode(code: number, msg: string): Refusal {
  return { refused: jsonAnswer(200, { code, msg, data: null }), code };
}

/** Reads a request to the end; gives the body and who sent it, or what to answer instead. */
export async function takeIn<T>(
  req: IncomingMessage,
  credentials: Credentials,
  schema: z.ZodType<T>,
): Promise<{ body: T; keyHash: string } | Refusal> {
  const text = await readBody(req, MAX_BODY_BYTES);
  const caller = credentials.check(req.headers);
  if ('refused' in caller) return refuse(401, caller.refused);
  if (!/^application\/json\s*(;|$)/i.test(req.headers['content-type'] ?? '')) {
    return refuse(400, 'Content-Type must be application/json');
  }
  if (text === undefined) return refuse(413, `the body is longer than ${MAX_BODY_BYTES} bytes`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refuse(400, 'the body is not JSON');
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) return refuse(400, describeIssues(parsed.error));
  return { body: parsed.data, keyHash: caller.keyHash };
}
