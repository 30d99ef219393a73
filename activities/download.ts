// Fetches one soundtrack into the store.
import { pipeline, Transform } from 'node:stream';
import type { VendorFailure } from '../contract/failure.js';
import { NetError } from '../net/errors.js';
import type { GuardedFetch, GuardedResponse } from '../net/guarded-fetch.js';
import type { Store } from '../store/store.js';
import type { TaskMedia } from '../tomoviee/client.js';
import { extensionOf } from './media-extension.js';

/** The largest clip has 120 MB; a scored video of it stays far below this. */
const MAX_BYTES = 1024 * 1024 * 1024;

/** The download failed; `stale` = a fresh link may help at once. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';

  constructor(
    readonly failure: VendorFailure,
    readonly stale: boolean,
    options?: ErrorOptions,
  ) {
    super(failure.message, options);
  }
}

/**
 * Downloads to `soundtracks/<id>.<ext>` and returns the key.
 * @throws DownloadError
 */
export async function downloadSoundtrack(
  fetch: GuardedFetch,
  store: Store,
  clipId: string,
  media: TaskMedia,
  signal: AbortSignal,
): Promise<string> {
  try {
    const response = await fetch.request(media.url, { signal });
    refuseWhatIsNoMedia(response);
    const key = `soundtracks/${clipId}.${extensionOf(media, response.headers['content-type'])}`;
    const bytes = await store.writeStream(key, bounded(response));
    if (bytes > 0) return key;
    await store.remove(key);
    throw downloadError('the soundtrack is empty');
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DownloadError) throw error;
    if (error instanceof NetError) {
      const { code, message, retryable } = error;
      throw new DownloadError({ class: retryable ? 'retry' : 'rejected', code, message }, false, {
        cause: error,
      });
    }
    throw error; // the store's own trouble is for Temporal to retry
  }
}

function refuseWhatIsNoMedia({ status, headers, body }: GuardedResponse): void {
  const html = String(headers['content-type'] ?? '').startsWith('text/html');
  if (status === 200 && !html) return;
  body.destroy();
  if (status === 200) throw downloadError('the link gave an HTML page in place of a soundtrack');
  // An expired signature shows as 403 or 404; a fresh link tells whether it was that.
  throw downloadError(`the link answered ${status}`, status >= 400 && status < 500);
}

function downloadError(message: string, stale = false): DownloadError {
  return new DownloadError({ class: 'retry', code: 'download_failed', message }, stale);
}

function bounded({ body }: GuardedResponse): Transform {
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) done(downloadError(`the soundtrack has more than ${MAX_BYTES} bytes`));
      else done(null, chunk);
    },
  });
  pipeline(body, counter, () => undefined); // a failure on either side reaches the reader
  return counter;
}
