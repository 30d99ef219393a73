// HTTP for clips, which may lie in buckets.
import { createGuardedFetch, type GuardedFetch } from '../../net/guarded-fetch.js';
import { portOf } from '../../net/urls.js';
import type { Buckets } from './buckets.js';
import { readLocation } from './location.js';

/** Time for one request. Credentials of a session are renewed when they live no longer than this. */
const SIGNED_MS = 5 * 60_000;

/**
 * Takes `s3://bucket/key` besides web links: signs it, with this machine's credentials, for that one request. Only for
 * links that a manifest names; a link that came from elsewhere would be signed as well.
 * @param web what fetches web links; it is not closed by this
 * @param endpoint of an S3-compatible server, which may have a private address
 */
export function createBucketFetch(
  web: GuardedFetch,
  buckets: Buckets,
  endpoint: string | undefined,
): GuardedFetch {
  const allowHosts = endpoint === undefined ? [] : [hostAndPort(new URL(endpoint))];
  const signed = createGuardedFetch({ allowHosts });
  return {
    async request(link, options = {}) {
      const object = readLocation(String(link));
      if (!object) return await web.request(link, options);
      const method = options.method === 'HEAD' ? 'HEAD' : 'GET';
      return await signed.request(await buckets.presign(object, SIGNED_MS, method), options);
    },
    close: () => signed.close(),
  };
}

function hostAndPort(url: URL): string {
  return `${url.hostname}:${portOf(url)}`;
}
