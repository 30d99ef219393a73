// Fetches one file of a result into the store, within time limits.
import { pipeline, Transform } from 'node:stream';
import type { VendorFailure } from '../contract/failure.js';
import { NetError } from '../net/errors.js';
import type { GuardedFetch, GuardedResponse } from '../net/guarded-fetch.js';
import { ContentReader, type FileContent } from '../outcomes/provenance/file-facts.js';
import type { Store } from '../store/store.js';
import type { TaskMedia } from '../tomoviee/client.js';
import type { LeastRate } from './download-limits.js';
import { extensionOf, mediaTypeOf } from './media-extension.js';

/** The largest clip has 120 MB; a scored video of it stays far below this. */
const MAX_BYTES = 1024 * 1024 * 1024;

/** Content types with which a storage service or a gateway answers instead of a file. */
const NO_MEDIA = /^(text\/(html|xml)|application\/(json|xml|xhtml\+xml))$/;

/** Why a download failed. */
export type DownloadFault =
  /** A fresh link may help at once. */
  | 'stale'
  /** The file arrived more slowly than the minimum rate. */
  | 'slow'
  | 'other';

export class DownloadError extends Error {
  override readonly name = 'DownloadError';

  constructor(
    readonly failure: VendorFailure,
    readonly fault: DownloadFault,
    options?: ErrorOptions,
  ) {
    super(failure.message, options);
  }
}

/** Limits of a download. */
export interface FileLimits {
  /** For the whole download, in ms. */
  withinMs: number;
  least: LeastRate;
  /** Aborts the download, which then rejects with the signal's reason. */
  signal: AbortSignal;
}

/** Where a file is stored. */
export interface SoundtrackPlace {
  store: Store;
  /** Store key without extension. */
  name: string;
  /** Called with key and version when the file is complete, before it gets its name. */
  arriving: (key: string, version: string) => Promise<void>;
}

/**
 * Downloads to `<name>.<ext>`; returns the key, and what the file is.
 * @throws DownloadError
 */
export async function downloadFile(
  fetch: GuardedFetch,
  media: TaskMedia,
  { store, name, arriving }: SoundtrackPlace,
  { withinMs, least, signal }: FileLimits,
): Promise<{ key: string; content: FileContent }> {
  const deadline = AbortSignal.timeout(withinMs);
  try {
    const response = await fetch.request(media.url, {
      signal: AbortSignal.any([signal, deadline]),
    });
    const type = mediaTypeOf(response.headers['content-type']);
    refuseWhatIsNoMedia(response, type);
    const key = `${name}.${extensionOf(media, type)}`;
    const reader = new ContentReader();
    const body = bounded(response, least, reader);
    await store.writeStream(key, body, (version) => arriving(key, version));
    return { key, content: reader.end() };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DownloadError) throw error;
    if (deadline.aborted && error === deadline.reason) {
      const message = `the file did not arrive within ${withinMs / 1000} s (raise downloadTimeout if the network is slow)`;
      throw downloadError(message, 'other', { cause: error });
    }
    if (error instanceof NetError) {
      const { code, message, retryable } = error;
      const failure = { class: retryable ? 'retry' : 'rejected', code, message } as const;
      throw new DownloadError(failure, 'other', { cause: error });
    }
    if (isOfOneName(error)) {
      const message = `the file cannot be written: ${error.message}`;
      throw downloadError(message, 'other', { cause: error });
    }
    throw error; // the store itself failed
  }
}

/** File system errors about one name only; errors of the disk concern every clip. */
function isOfOneName(error: unknown): error is Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return ['EISDIR', 'ENAMETOOLONG', 'EILSEQ', 'EINVAL'].includes(code);
}

function refuseWhatIsNoMedia({ status, body }: GuardedResponse, type: string): void {
  if (status === 200 && !NO_MEDIA.test(type)) return;
  body.destroy();
  if (status === 200) throw downloadError(`the link returned ${type} instead of a soundtrack`);
  // An expired signature causes 403 or 404; a fresh link shows whether that was the reason.
  const stale = status >= 400 && status < 500;
  throw downloadError(`the link returned ${status}`, stale ? 'stale' : 'other');
}

function downloadError(message: string, fault: DownloadFault = 'other', options?: ErrorOptions) {
  const failure = { class: 'retry', code: 'download_failed', message } as const;
  return new DownloadError(failure, fault, options);
}

/** The body; it fails if it is empty, too long or too slow, so that nothing of it is kept. */
function bounded({ body }: GuardedResponse, least: LeastRate, reader: ContentReader): Transform {
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      reader.add(chunk);
      if (reader.bytes > MAX_BYTES)
        done(downloadError(`the soundtrack has more than ${MAX_BYTES} bytes`));
      else done(null, chunk);
    },
    flush: (done) => done(reader.bytes === 0 ? downloadError('the soundtrack is empty') : null),
  });
  const { bytesPerSecond, overMs } = least;
  let before = 0;
  const watch = setInterval(() => {
    const came = reader.bytes - before;
    before = reader.bytes;
    // While the disk accepts no data, the rate says nothing about the link.
    if (counter.readableLength >= counter.readableHighWaterMark) return;
    if (came * 1000 >= bytesPerSecond * overMs) return;
    const message = `the link delivered ${came} bytes in ${overMs / 1000} s`;
    counter.destroy(downloadError(message, 'slow'));
  }, overMs);
  counter.once('close', () => clearInterval(watch));
  return pipeline(body, counter, () => undefined); // a failure on either side reaches the reader
}
