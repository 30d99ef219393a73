// Fetches a clip that lies elsewhere, so that it can be fitted here.
import { pipeline, Transform } from 'node:stream';
import { discard, type GuardedFetch } from '../../net/guarded-fetch.js';
import type { Store } from '../../store/store.js';
import { FitRefusal } from './refusal.js';

/** An hour of ProRes in 4K has some 400 GB; what is to be scored has minutes. */
const MAX_BYTES = 64 * 1024 * 1024 * 1024;

/**
 * Brings the clip behind a link into the store.
 * @throws FitRefusal, NetError, or the signal's reason
 */
export async function fetchSource(
  fetch: GuardedFetch,
  link: string,
  { store, key, signal }: { store: Store; key: string; signal: AbortSignal },
): Promise<void> {
  const response = await fetch.request(link, { signal });
  if (response.status !== 200) {
    discard(response);
    const gone = response.status === 404 || response.status === 410;
    const code = gone ? 'clip_not_found' : 'clip_http_error';
    throw new FitRefusal(code, `the server answers ${response.status}`, 'failed');
  }
  await store.writeStream(
    key,
    pipeline(response.body, bounded(), () => undefined),
  );
}

function bounded(): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= MAX_BYTES) done(null, chunk);
      else done(new FitRefusal('media_too_large', `more than ${MAX_BYTES / 2 ** 30} GB to fetch`));
    },
  });
}
