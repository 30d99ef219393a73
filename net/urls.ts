// Parts of URLs. Pure, imports nothing.

const LONGEST_SHOWN_PATH = 120;

/** Like `new URL`, but undefined for what is not one: the parser's error would hold the whole link. */
export function tryUrl(link: string, base?: URL): URL | undefined {
  return URL.canParse(link, base?.href) ? new URL(link, base) : undefined;
}

/** Origin and path of a URL, for messages. Query, fragment and credentials may be secrets. */
export function printableUrl(url: URL): string {
  const { origin, pathname } = url;
  if (pathname.length <= LONGEST_SHOWN_PATH) return origin + pathname;
  return `${origin}${pathname.slice(0, LONGEST_SHOWN_PATH - 3)}...`;
}

export function isHttp(url: URL): boolean {
  return url.protocol === 'http:' || url.protocol === 'https:';
}

/** Host of a URL for comparing and looking up: no brackets, no trailing dot; URLs are lower case. */
export function hostOf(url: URL): string {
  const host = url.hostname;
  if (host.startsWith('[')) return host.slice(1, -1);
  return host.endsWith('.') ? host.slice(0, -1) : host;
}

/** Port of an http or https URL, the scheme's own if none is given. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}
