// Turns a failed exchange into a failure with class, code and message.
import type { VendorFailure } from '../contract/failure.js';
import { retryAfterMs } from '../net/retry-after.js';
import { looksLikeHtml, type Envelope } from './answers.js';
import type { ErrorTable, TableCode } from './errors.js';
import type { Exchange } from './exchange.js';
import { networkCodeOf } from './network.js';

/** What the readers of answers need besides the answer. */
export interface ReadingContext {
  errorTable: ErrorTable;
  /** Host asked, for messages. */
  host: string;
  /** Makes a text from outside safe for a message (see `scrub`). */
  scrub: (text: string) => string;
}

type Answer = Extract<Exchange, { kind: 'answer' }>;
type Broken = Extract<Exchange, { kind: 'broken' }>;

const ADVICE: Partial<Record<string, string>> = {
  http_401: 'check TOMOVIEE_APP_KEY and TOMOVIEE_APP_SECRET',
  http_402: "check the account's credit",
  http_403: "check the account's plan and keys",
  http_404: 'check TOMOVIEE_BASE_URL',
  http_405: 'check TOMOVIEE_BASE_URL',
  http_407: 'a proxy stands in the way; check the network',
};

const NETWORK_TEXT = {
  network_refused: 'the connection was refused',
  network_dns: 'the host name could not be resolved',
  network_unreachable: 'there is no route to it',
  network_tls: 'no trusted TLS connection could be made',
  network_timeout: 'no connection or no answer in time',
  network_reset: 'the connection broke',
  network_error: 'the network failed',
} as const;

/** The fault in words: `open-api.wondershare.cc: the connection was refused (ECONNREFUSED)`. */
export function brokenText({ cause, status }: Broken, { host }: ReadingContext): string {
  const { code, detail } = networkCodeOf(cause);
  const after = status === undefined ? '' : ` after status ${status}`;
  return `${host}: ${NETWORK_TEXT[code]}${after} (${detail})`;
}

/** A failure below HTTP. */
export function networkFailure(exchange: Broken, context: ReadingContext): VendorFailure {
  const { code } = networkCodeOf(exchange.cause);
  return {
    class: context.errorTable.classOf(code),
    code,
    message: `${brokenText(exchange, context)}; check TOMOVIEE_BASE_URL and the network`,
  };
}

/** A refusal by the vendor's own code; its HTTP status decides where the code is not listed. */
export function codeFailure(
  answer: Answer,
  envelope: Envelope,
  { errorTable, scrub }: ReadingContext,
): VendorFailure {
  const { code } = envelope;
  return withRetryAfter(answer, {
    class: errorTable.classOf(code, answer.status >= 300 ? answer.status : undefined),
    code,
    message: scrub(envelope.msg) || `the vendor gave code ${code} and no message`,
  });
}

/** A refusal by HTTP status alone. */
export function statusFailure(
  answer: { status: number; headers?: Answer['headers']; text?: string },
  { errorTable, host, scrub }: ReadingContext,
  vendorText = '',
): VendorFailure {
  const code = `http_${answer.status}`;
  const advice =
    ADVICE[code] ?? (code.startsWith('http_3') ? 'check TOMOVIEE_BASE_URL' : undefined);
  const said = scrub(vendorText);
  return withRetryAfter(answer, {
    class: errorTable.classOf(code),
    code,
    message:
      `${host} answered with HTTP status ${answer.status}` +
      (said ? `: ${said}` : '') +
      (advice ? ` (${advice})` : ''),
  });
}

/** An answer that is not the documented JSON, under a status that promised it. */
export function unreadableFailure(answer: Answer, context: ReadingContext): VendorFailure {
  const html = looksLikeHtml(answer.text, answer.headers['content-type']);
  return withRetryAfter(
    answer,
    tableFailure(
      html ? 'answer_html' : 'answer_unreadable',
      html
        ? `${context.host} answered with an HTML page instead of JSON (status ${answer.status}); something stands between, or TOMOVIEE_BASE_URL is wrong`
        : `${context.host} answered with something that is not the documented JSON (status ${answer.status})`,
      context,
    ),
  );
}

/** A failure with a code of the table. */
export function tableFailure(
  code: TableCode,
  message: string,
  { errorTable }: ReadingContext,
): VendorFailure {
  return { class: errorTable.classOf(code), code, message };
}

function withRetryAfter(
  answer: { headers?: Answer['headers'] },
  failure: VendorFailure,
): VendorFailure {
  const wait = retryAfterMs(answer.headers?.['retry-after']);
  return wait === undefined ? failure : { ...failure, retryAfterMs: wait };
}
