// The parts of a link that identify its clip: all but the parameters that sign it or make it expire. Pure.
import { isWebLink } from '../../manifests/file-link.js';

/**
 * Query parameters that do not identify the clip. In lower case; a trailing `*` matches any rest. With
 * `beside`, they count as such only if that parameter is present too.
 */
interface Family {
  names: readonly string[];
  beside?: string;
}

const FAMILIES: readonly Family[] = [
  // AWS signature 4 and 2 (S3 and compatible services)
  { names: ['x-amz-*', 'awsaccesskeyid'] },
  // Google Cloud Storage, V4 and V2; Cloud CDN
  { names: ['x-goog-*', 'googleaccessid'] },
  { names: ['keyname', 'urlprefix'], beside: 'signature' },
  // Azure: shared access signatures, of accounts, services and users
  {
    names: [
      ...['sv', 'se', 'st', 'sr', 'sp', 'spr', 'sip', 'si', 'ss', 'srt', 'sdd', 'ses'],
      ...['skoid', 'sktid', 'skt', 'ske', 'sks', 'skv', 'saoid', 'suoid', 'scid'],
    ],
    beside: 'sig',
  },
  // CloudFront
  { names: ['policy', 'hash-algorithm'], beside: 'signature' },
  { names: ['key-pair-id'] },
  // Alibaba Cloud: OSS V1 and V4 (see MEANT), CDN
  { names: ['x-oss-*', 'ossaccesskeyid'] },
  { names: ['security-token'], beside: 'signature' },
  { names: ['auth_key'] },
  // Tencent COS, Huawei OBS
  { names: ['q-sign-*', 'q-ak', 'q-key-time', 'q-header-list', 'q-url-param-list', 'q-signature'] },
  { names: ['x-cos-security-token', 'x-obs-security-token'] },
  { names: ['accesskeyid'], beside: 'signature' },
  // Akamai, Qiniu
  { names: ['hdnts', 'hdnea', 'hdntl', '__token__'] },
  { names: ['e'], beside: 'token' },
  // any server
  { names: ['expires', 'expiry', 'expiration', 'signature', 'sig', 'token', 'access_token'] },
];

/** Options that process the file, so that the result is another file. */
const MEANT: readonly string[] = ['x-oss-process', 'x-oss-async-process'];

/** An opaque token may also identify the clip; see `Link.strict`. */
const TOKENS: readonly string[] = ['token', 'access_token'];

export interface Link {
  /** Origin, path and the query parameters that count. */
  plain: string;
  /** `plain` with tokens. If only this distinguishes two clips of a manifest, `plain` may not suffice. */
  strict: string;
}

/** @throws TypeError if it is not a URL */
export type ReadLink = (link: string) => Link;

/**
 * @param own more parameters to ignore, in the form of the setting `signatureParams`: a trailing `*` matches
 *   any rest; a parameter preceded by `!` always counts
 */
export function linkReader(own: readonly string[] = []): ReadLink {
  const names = own.map((name) => name.toLowerCase());
  const kept = matcher(names.filter((name) => name.startsWith('!')).map((name) => name.slice(1)));
  const left = matcher(names.filter((name) => !name.startsWith('!')));

  return (link) => {
    // The path of a file and the key of an object count as a whole.
    if (!isWebLink(link)) return { plain: link, strict: link };
    const { origin, pathname, search } = new URL(link);
    if (search.length < 2) return { plain: origin + pathname, strict: origin + pathname };
    const parameters = search.slice(1).split('&').filter(Boolean);
    const present = new Set(parameters.map(nameOf));
    const counts = (name: string): boolean =>
      kept(name) || (!left(name) && (MEANT.includes(name) || !signs(name, present)));
    const query = (isIn: (name: string) => boolean): string => {
      const text = parameters.filter((one) => isIn(nameOf(one))).join('&');
      return origin + pathname + (text === '' ? '' : `?${text}`);
    };
    return {
      plain: query(counts),
      strict: query((name) => counts(name) || (TOKENS.includes(name) && !left(name))),
    };
  };
}

const MATCHERS = FAMILIES.map(({ names, beside }) => ({ matches: matcher(names), beside }));

function signs(name: string, present: ReadonlySet<string>): boolean {
  return MATCHERS.some(
    ({ matches, beside }) => (beside === undefined || present.has(beside)) && matches(name),
  );
}

function matcher(names: readonly string[]): (name: string) => boolean {
  const whole = new Set(names.filter((name) => !name.endsWith('*')));
  const starts = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  return (name) => whole.has(name) || starts.some((start) => name.startsWith(start));
}

/** In lower case, decoded if possible. */
function nameOf(parameter: string): string {
  const name = parameter.split('=', 1)[0] ?? '';
  try {
    return decodeURIComponent(name).toLowerCase();
  } catch {
    return name.toLowerCase();
  }
}
