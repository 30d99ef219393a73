// Decides what a submission came to. Every accepted submission costs money and none can be asked
// for again, so a refusal must be certain; whatever is not is `unknown`.
//
// S1. The documented JSON speaks for the vendor: code 0 with a task id is an acceptance, another code
//     a refusal, whatever the status (but S4).
// S2. Nothing was sent: refused.
// S3. 3xx and 4xx say that the request was not carried out: refused, even with a cut or odd body.
// S4. A gateway's timeout (504; 524 at one CDN) says that the request was passed on and the gateway did not wait
//     for the answer: unknown, even with a code, which may be the gateway's own. Other 5xx with a
//     body are refusals by policy (docs/architecture.md, Money); a 502 may hide an acceptance, yet nearly always
//     means that the service behind the gateway was not up. 5xx without a whole body: unknown.
// S5. A whole HTML page under 2xx was written by something in front of the service (a login or
//     maintenance page, a bot check) that answered in its place: refused. It says no more than a
//     502 does, and is treated the same.
// S6. Everything else under 2xx (cut, empty, other JSON, code 0 without a task id): unknown.
import type { VendorFailure } from '../contract/failure.js';
import { acceptedSchema, looksLikeHtml, readEnvelope } from './answers.js';
import type { Exchange } from './exchange.js';
import {
  brokenText,
  codeFailure,
  networkFailure,
  statusFailure,
  unreadableFailure,
  type ReadingContext,
} from './failures.js';

/** What a submission came to. `unknown`: it may have been accepted and charged. */
export type SubmitResult =
  | { kind: 'accepted'; taskId: string }
  | { kind: 'refused'; failure: VendorFailure }
  | { kind: 'unknown'; message: string };

/** Statuses by which a gateway says that it passed the request on and got no answer in time. */
const GATEWAY_TIMEOUTS = new Set([504, 524]);

/** Reads the exchange of a submission. */
export function readSubmit(exchange: Exchange, context: ReadingContext): SubmitResult {
  if (exchange.kind === 'broken') return readBroken(exchange, context);

  const { status, text, headers } = exchange;
  const envelope = readEnvelope(text);
  const accepted = envelope?.code === '0' && acceptedSchema.safeParse(envelope.data).data;
  if (accepted) return { kind: 'accepted', taskId: accepted.task_id }; // S1
  if (GATEWAY_TIMEOUTS.has(status)) {
    return unknown(`${context.host} answered with HTTP status ${status}`); // S4
  }
  if (envelope && envelope.code !== '0') {
    return refused(codeFailure(exchange, envelope, context)); // S1
  }

  if (status >= 300 && status < 500) {
    return refused(statusFailure(exchange, context, envelope?.msg)); // S3
  }
  if (status >= 500) {
    return text.trim() !== '' && !envelope
      ? refused(statusFailure(exchange, context)) // S4
      : unknown(`${context.host} answered with HTTP status ${status}`); // S4
  }
  if (looksLikeHtml(text, headers['content-type'])) {
    return refused(unreadableFailure(exchange, context)); // S5
  }
  return unknown(
    envelope
      ? `${context.host} accepted the submission and gave no task_id`
      : unreadableFailure(exchange, context).message,
  ); // S6
}

function readBroken(
  exchange: Extract<Exchange, { kind: 'broken' }>,
  context: ReadingContext,
): SubmitResult {
  const { sent, status } = exchange;
  if (!sent) return refused(networkFailure(exchange, context)); // S2
  if (status !== undefined && status >= 300 && status < 500) {
    return refused(statusFailure({ status }, context)); // S3
  }
  return unknown(brokenText(exchange, context));
}

function refused(failure: VendorFailure): SubmitResult {
  return { kind: 'refused', failure };
}

function unknown(what: string): SubmitResult {
  return { kind: 'unknown', message: `${what}; the submission may have been accepted` };
}
