// When a signed link stops working, by its own parameters. Pure.
import { isHttp, tryUrl } from '../net/urls.js';

/**
 * Epoch ms; undefined for links that do not say so. Reads AWS and S3-compatible servers (signature 4 and 2), Google
 * Cloud Storage (V4 and V2), Azure (shared access signatures), Alibaba OSS (V4 and V1) and CloudFront (canned and
 * custom policies).
 */
export function expiryOf(link: string): number | undefined {
  const url = link.includes('?') ? tryUrl(link) : undefined; // this is asked for every row
  if (!url || !isHttp(url)) return undefined;
  const params = new Map<string, string>();
  for (const [name, value] of url.searchParams) params.set(name.toLowerCase(), value);
  for (const family of ['amz', 'goog', 'oss']) {
    const from = basicTime(params.get(`x-${family}-date`));
    const seconds = Number(params.get(`x-${family}-expires`) ?? NaN);
    if (from !== undefined && seconds >= 0) return from + seconds * 1000;
  }
  const ofAzure = params.has('sig') ? params.get('se') : undefined;
  if (ofAzure !== undefined) return timeOrUndefined(Date.parse(ofAzure));
  if (!SIGNS.some((name) => params.has(name))) return undefined;
  const policy = params.get('policy');
  const seconds = Number((policy === undefined ? params.get('expires') : ofPolicy(policy)) ?? NaN);
  return timeOrUndefined(seconds * 1000);
}

/** Beside one of these `Expires` is epoch seconds. */
const SIGNS = ['signature', 'key-pair-id', 'awsaccesskeyid', 'googleaccessid', 'ossaccesskeyid'];

/** `20261128T064832Z` */
function basicTime(text: string | undefined): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? '');
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  return timeOrUndefined(Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`));
}

/** Base64 in CloudFront's own alphabet, of `{"Statement":[{"Condition":{"DateLessThan":{"AWS:EpochTime":...}}}]}` */
function ofPolicy(policy: string): string | undefined {
  const base64 = policy.replace(/-/g, '+').replace(/_/g, '=').replace(/~/g, '/');
  const text = Buffer.from(base64, 'base64').toString();
  return /"DateLessThan"\s*:\s*\{\s*"AWS:EpochTime"\s*:\s*(\d+)/.exec(text)?.[1];
}

function timeOrUndefined(time: number): number | undefined {
  return Number.isFinite(time) ? time : undefined;
}
