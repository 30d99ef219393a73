// Whether a request comes from a program or page of this machine, or from a page of some other site
// that a browser here has open: such a page can send requests to loopback, and with a name that leads
// to 127.0.0.1 it can even read the answers.
import type { IncomingHttpHeaders } from 'node:http';

const LOOPBACK_ADDRESS = /^(127\.|::1$|::ffff:127\.)/;
const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;
/** What browsers say of requests of the page itself, and of an address typed in. */
const OWN_SITES = new Set<unknown>([undefined, 'same-origin', 'none']);
const JSON_TYPE = /^application\/json\s*(;|$)/i;

export interface AskedBy {
  /** Of the connection. */
  address: string | undefined;
  method: string | undefined;
  headers: IncomingHttpHeaders;
}

/** Why a request to the controls is refused: status and text; undefined when it is not. */
export function refusalOf(asked: AskedBy): { status: number; text: string } | undefined {
  const { host = '', origin, 'sec-fetch-site': site, 'content-type': type = '' } = asked.headers;
  if (asked.address === undefined || !LOOPBACK_ADDRESS.test(asked.address)) {
    return { status: 403, text: 'only requests from this machine may administer the simulator' };
  }
  if (!LOOPBACK_HOST.test(host)) {
    return { status: 403, text: 'expected a Host of this machine (use 127.0.0.1 or localhost)' };
  }
  if ((origin !== undefined && origin !== `http://${host}`) || !OWN_SITES.has(site)) {
    return { status: 403, text: 'a page of another site may not administer the simulator' };
  }
  // A form or a page of another site can send other types without asking first.
  if (asked.method === 'POST' && !JSON_TYPE.test(type)) {
    return { status: 415, text: 'expected JSON (send content-type: application/json)' };
  }
  return undefined;
}
