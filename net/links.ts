// Links and redirects from outside: their targets, and which headers may follow. Pure.
import { NetError } from './errors.js';
import { isHttp, printableUrl, tryUrl } from './urls.js';

export type RequestHeaders = Readonly<Record<string, string>>;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** All that may go along to another origin: any other header may be a secret of the first one. */
const PLAIN_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
  'user-agent',
]);

/**
 * Reads a link the way browsers do (WHATWG), so that every spelling of an address, such as
 * `http://2130706433`, `http://0x7f.1` or full-width digits, becomes the usual one.
 *
 * @throws NetError `link_invalid`
 */
export function parseLink(link: string | URL): URL {
  const url = tryUrl(String(link));
  if (url === undefined) {
    throw new NetError('link_invalid', 'the link is not a URL (give a full http or https URL)');
  }
  if (!isHttp(url)) {
    throw new NetError(
      'link_invalid',
      `the link begins with ${url.protocol} (give an http or https URL)`,
    );
  }
  return url;
}

/**
 * Credentials of a link as the header they stand for.
 *
 * @throws NetError `link_invalid` if they are not percent-encoded UTF-8
 */
export function basicAuthorization(url: URL): RequestHeaders {
  if (url.username === '' && url.password === '') return {};
  try {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
  } catch (cause) {
    throw new NetError(
      'link_invalid',
      `${printableUrl(url)}: user or password has a stray % (write it as %25)`,
      { cause },
    );
  }
}

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/**
 * The URL a redirect leads to. Credentials in it are never sent: only those of the first link are.
 *
 * A step from https to plain http is refused, since a signed link would travel in the open and
 * anyone on the way could exchange the content.
 *
 * @throws NetError `redirect_refused` or `redirect_insecure`
 */
export function redirectTarget(from: URL, location: string): URL {
  const to = tryUrl(location, from);
  if (to === undefined || !isHttp(to)) {
    const what = to === undefined ? 'something that is not a URL' : `a ${to.protocol} URL`;
    throw new NetError(
      'redirect_refused',
      `${printableUrl(from)}: redirects to ${what} (use a link that leads to http or https)`,
    );
  }
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw new NetError(
      'redirect_insecure',
      `${printableUrl(from)}: redirects from https to plain http (use a link that stays on https)`,
    );
  }
  return to;
}

/** Headers for the next hop; what may be a secret is dropped on the way, and does not come back. */
export function headersForHop(headers: RequestHeaders, from: URL, to: URL): RequestHeaders {
  if (from.origin === to.origin) return headers;
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => PLAIN_HEADERS.has(name.toLowerCase())),
  );
}
