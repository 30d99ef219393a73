// Fetches one soundtrack into the store.
import { pipeline, Transform } from 'node:stream';
import type { VendorFailure } from '../contract/failure.js';
import { NetError } from '../net/errors.js';
import type { GuardedFetch, GuardedResponse } from '../net/guarded-fetch.js';
import type { Store } from '../store/store.js';
import type { TaskMedia } from '../tomoviee/client.js';
import { extensionOf, mediaTypeOf } from './media-extension.js';

/** The largest clip has 120 MB; a scored video of it stays far below this. */
const MAX_BYTES = 1024 * 1024 * 1024;

/** What a storage service or a gateway says in place of a file. */
const NO_MEDIA = /^(text\/(html|xml)|application\/(json|xml|xhtml\+xml))$/;

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
    const type = mediaTypeOf(response.headers['content-type']);
    refuseWhatIsNoMedia(response, type);
    const key = `soundtracks/${clipId}.${extensionOf(media, type)}`;
    await store.writeStream(key, bounded(response));
    return key;
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

function refuseWhatIsNoMedia({ status, body }: GuardedResponse, type: string): void {
  if (status === 200 && !NO_MEDIA.test(type)) return;
  body.destroy();
  if (status === 200) throw downloadError(`the link gave ${type} in place of a soundtrack`);
  // An expired signature shows as 403 or 404; a fresh link tells whether it was that.
  throw downloadError(`the link answered ${status}`, status >= 400 && status < 500);
}

function downloadError(message: string, stale = false): DownloadError {
  return new DownloadError({ class: 'retry', code: 'download_failed', message }, stale);
}

/** The body, failing if it is empty or too long, so that nothing of it is kept. */
function bounded({ body }: GuardedResponse): Transform {
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) done(downloadError(`the soundtrack has more than ${MAX_BYTES} bytes`));
      else done(null, chunk);
    },
    flush: (done) => done(bytes === 0 ? downloadError('the soundtrack is empty') : null),
  });
  return pipeline(body, counter, () => undefined); // a failure on either side reaches the reader
}
