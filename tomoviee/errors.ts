// The table of all vendor errors. docs/errors.md lists the same codes; a test
// compares the two.
import type { FailureClass } from '../contract/failure.js';

/** What a code means and how it is treated. */
export interface ErrorRule {
  class: FailureClass;
  /** One line, for people. */
  meaning: string;
}

/**
 * Code -> rule. `http_3xx`, `http_4xx` and `http_5xx` stand for every status of that kind that has
 * no line of its own; results carry the exact status.
 *
 * The vendor's 68xxxx codes are not public, so none is listed: users add those they meet
 * (`vendorCodes`). Nothing is concluded from the text of a message: it is free text in an unknown
 * language, and a wrong guess would pause a batch or give a clip up for good.
 */
export const ERROR_TABLE = {
  // The request was not sent, or (queries only) its answer was lost. It says nothing of the clip: all
  // submissions are held until the vendor can be reached again.
  network_refused: { class: 'throttled', meaning: 'The connection was refused.' },
  network_dns: { class: 'throttled', meaning: 'The host name could not be resolved.' },
  network_unreachable: { class: 'throttled', meaning: 'No route to the host.' },
  network_tls: { class: 'throttled', meaning: 'No trusted TLS connection could be made.' },
  network_timeout: { class: 'throttled', meaning: 'No connection or no answer in time.' },
  network_reset: { class: 'throttled', meaning: 'The connection broke.' },
  network_error: { class: 'throttled', meaning: 'Another failure of the network.' },

  // HTTP statuses. 400, 401, 413, 422: docs/vendor-api.md [T]; the rest by RFC 9110.
  // Faults that affect every clip pause the batch instead of failing clips one by one.
  http_3xx: { class: 'denied', meaning: 'A redirect; keys are not sent on to another address.' },
  http_400: { class: 'rejected', meaning: 'The vendor finds a parameter wrong.' },
  http_401: { class: 'denied', meaning: 'Authentication failed.' },
  http_402: { class: 'denied', meaning: 'Payment required: no credit.' },
  http_403: { class: 'denied', meaning: 'The account may not use this service.' },
  http_404: { class: 'denied', meaning: 'The service is not at this address.' },
  http_405: { class: 'denied', meaning: 'The service at this address is another one.' },
  http_407: { class: 'denied', meaning: 'A proxy asks for authentication.' },
  http_408: { class: 'retry', meaning: 'The vendor did not get the request in time.' },
  http_413: { class: 'rejected', meaning: 'Too large for the vendor.' },
  http_422: { class: 'rejected', meaning: 'The vendor finds the file invalid.' },
  http_429: { class: 'throttled', meaning: 'Too many requests or tasks; Retry-After is obeyed.' },
  http_4xx: { class: 'retry', meaning: 'Another refusal.' },
  http_5xx: { class: 'retry', meaning: 'The vendor or its gateway failed.' },

  // An answer arrived that the API does not document.
  answer_html: { class: 'retry', meaning: 'An HTML page instead of the documented JSON.' },
  answer_unreadable: { class: 'retry', meaning: 'The answer is not the documented JSON.' },
  answer_mismatch: { class: 'retry', meaning: 'The answer is about another task.' },
  task_status_unknown: { class: 'rejected', meaning: 'A task status that is not documented.' },
  result_missing: { class: 'retry', meaning: 'The task succeeded but names no soundtrack URL.' },
} as const satisfies Record<string, ErrorRule>;

/** A code of the table; `http_<status>` and the vendor's own codes come besides. */
export type TableCode = keyof typeof ERROR_TABLE;

/** Finds the class of a code. */
export interface ErrorTable {
  /**
   * @param code the vendor's code, or one of the table
   * @param httpStatus of the answer that carried the code; decides for a vendor code that is not listed
   */
  classOf(code: string, httpStatus?: number): FailureClass;
  /** The class that the user gave to the code, if any. */
  givenClassOf(code: string): FailureClass | undefined;
}

/** Codes a user may class: the vendor's (digits) and `http_<status>`. */
export const OVERRIDABLE_CODE = /^(-?\d{1,15}|http_[1-5]\d\d)$/;

const RULES = new Map<string, ErrorRule>(Object.entries(ERROR_TABLE));

/**
 * The table with a user's own classes on top.
 *
 * @param overrides vendor code or `http_<status>` -> class, e.g. `{ "680001": "rejected" }`
 */
export function createErrorTable(
  overrides: Readonly<Record<string, FailureClass>> = {},
): ErrorTable {
  const own = new Map(Object.entries(overrides));
  const listed = (code: string) => own.get(code) ?? RULES.get(code)?.class;
  const byStatus = (status: number) =>
    listed(`http_${status}`) ?? listed(`http_${Math.floor(status / 100)}xx`);

  return {
    givenClassOf: (code) => own.get(code),
    classOf(code, httpStatus) {
      const status = /^http_(\d{3})$/.exec(code)?.[1] ?? httpStatus;
      return (
        listed(code) ?? (status === undefined ? undefined : byStatus(Number(status))) ?? 'retry'
      );
    },
  };
}
