// Provides a manifest as a file, whether it is given as a path, as a URL, or as the clips themselves.
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ReelscoreError } from '../contract/errors.js';
import type { InlineManifest } from '../contract/request.js';
import type { ColumnMap } from '../manifests/columns.js';
import { formatOf } from '../manifests/format.js';
import type { ReadOptions, ReadSettings } from '../manifests/read-options.js';
import { isFolder } from '../manifests/sources/folder.js';
import type { ListedBuckets } from '../manifests/sources/bucket.js';
import { readLocation } from '../store/bucket/location.js';
import { isListed, listBucket, listFolder } from './listed-manifest.js';
import { sharedTable } from '../manifests/share-links.js';
import { NetError } from '../net/errors.js';
import { discard, type GuardedFetch, type GuardedResponse } from '../net/guarded-fetch.js';
import { hostOf, portOf, printableUrl } from '../net/urls.js';

/** A manifest of 100,000 rows has about 20 MB. */
const MAX_BYTES = 1024 * 1024 * 1024;
/** Name of an inline manifest in messages. */
const INLINE = 'clips';

/** A header that is sent to one host only, and only over https. */
export interface HeaderForHost {
  /** `host` (at port 443) or `host:port`; in lower case. */
  host: string;
  name: string;
  value: string;
}

export interface ManifestFile extends ReadSettings, Pick<ReadOptions, 'base'> {
  path: string;
  /** Its name in messages. */
  label: string;
  /** Removes the file if `openManifest` created it. */
  remove(): Promise<void>;
}

/** What it takes to read a manifest. */
export type ReadableManifest = Omit<ManifestFile, 'remove'>;

/** How `readManifest` is told where a manifest is. */
export function readOptionsOf(manifest: ReadableManifest): ReadOptions {
  const { label, base, prompt, map, sheet, excerpts, takes } = manifest;
  return {
    label,
    ...(base !== undefined && { base }),
    ...(prompt !== undefined && { prompt }),
    ...(map && { map }),
    ...(excerpts && { excerpts }),
    ...(takes !== undefined && { takes }),
    ...(sheet !== undefined && { sheet }),
  };
}

export interface FetchManifestOptions {
  /** Only needed for URLs, and manifests in buckets. */
  fetch?: () => GuardedFetch;
  /** Only needed for clips in buckets. */
  buckets?: () => ListedBuckets;
  header?: HeaderForHost | undefined;
  /** Of clips that have none. */
  prompt?: string | undefined;
  /** Columns under other names than ours. */
  map?: ColumnMap | undefined;
  excerpts?: boolean | undefined;
  takes?: number | undefined;
  /** Of a workbook. */
  sheet?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** Whether a manifest is given as a URL rather than a path. */
export function isUrl(manifest: string): boolean {
  return /^https?:\/\//i.test(manifest);
}

/**
 * Brings a manifest here: a file, a folder of videos, what is at a URL or in a bucket, or the clips themselves.
 * @throws ManifestError (a folder cannot be read), ReelscoreError `manifest_unreadable` (the server refuses it, or its
 *   address is not allowed), NetError (the server cannot be reached now), the SDK's errors of buckets
 */
export async function openManifest(
  manifest: string | InlineManifest,
  options: FetchManifestOptions = {},
): Promise<ManifestFile> {
  const { prompt, map, sheet, excerpts, takes, signal } = options;
  const file = await found();
  return {
    ...file,
    ...(prompt !== undefined && { prompt }),
    ...(map && { map }),
    ...(excerpts && { excerpts }),
    ...(takes !== undefined && { takes }),
  };

  async function found(): Promise<ManifestFile> {
    if (typeof manifest !== 'string') {
      return await inFolder(async (folder) => {
        const path = join(folder, `${INLINE}.json`);
        await writeFile(path, JSON.stringify(manifest));
        return { path, label: INLINE, base: '.' };
      });
    }
    const bucket = readLocation(manifest);
    if (bucket && isListed(bucket)) {
      const { buckets } = options;
      if (!buckets) throw new Error('a manifest in a bucket needs a network');
      return await inFolder((folder) => listBucket(bucket, buckets(), folder, { prompt, signal }));
    }
    if (bucket || isUrl(manifest)) {
      return await inFolder(async (folder) => withSheet(await download(manifest, folder, options)));
    }
    if (await isFolder(manifest)) {
      return await inFolder((folder) => listFolder(manifest, folder, { prompt, signal }));
    }
    const remove = (): Promise<void> => Promise.resolve();
    return { ...withSheet({ path: manifest, label: manifest, base: dirname(manifest) }), remove };
  }

  /** What is listed or given inline has no sheets, whatever the settings say. */
  function withSheet(file: ReadableManifest): ReadableManifest {
    return sheet === undefined ? file : { ...file, sheet };
  }
}

async function inFolder(
  fill: (folder: string) => Promise<ReadableManifest>,
): Promise<ManifestFile> {
  const folder = await mkdtemp(join(tmpdir(), 'reelscore-manifest-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    return { ...(await fill(folder)), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function download(
  link: string,
  folder: string,
  { fetch, header, sheet, signal }: FetchManifestOptions,
): Promise<ReadableManifest> {
  if (!fetch) throw new Error('a manifest at a URL needs a network');
  const url = sharedTable(new URL(link), sheet === undefined ? 'csv' : 'xlsx');
  const inBucket = readLocation(link) !== undefined;
  const label = inBucket ? link : printableUrl(url); // the query may be a signature
  const network = fetch();
  try {
    const answer = await network.request(inBucket ? link : url, {
      ...(header && goesTo(header, url) && { headers: { [header.name]: header.value } }),
      ...(signal && { signal }),
    });
    if (answer.status !== 200) {
      discard(answer);
      throw refused(label, answer.status, header && headerHint(header, url));
    }
    const path = join(folder, `manifest${extensionOf(url, answer)}`);
    await pipeline(answer.body, limited(label), createWriteStream(path, { flags: 'wx' }));
    return { path, label };
  } catch (error) {
    if (error instanceof NetError && !error.retryable) {
      throw new ReelscoreError('manifest_unreadable', error.message, { cause: error });
    }
    throw error;
  } finally {
    await network.close();
  }
}

/** The header may be a password: it must not be sent in plain text, nor to another port of the host. */
export function goesTo({ host }: HeaderForHost, url: URL): boolean {
  return url.protocol === 'https:' && isHost(host, url) && portOf(urlOf(host)) === portOf(url);
}

function isHost(host: string, url: URL): boolean {
  return hostOf(urlOf(host)) === hostOf(url);
}

function urlOf(host: string): URL {
  return new URL(`https://${host}`);
}

/** Why a server may have refused a request for its manifest. */
function headerHint(header: HeaderForHost, url: URL): string {
  if (goesTo(header, url) || !isHost(header.host, url)) return 'check REELSCORE_MANIFEST_HEADER';
  return `REELSCORE_MANIFEST_HEADER is sent to ${urlOf(header.host).origin} only: use such a link, or name the port in it`;
}

function refused(label: string, status: number, hint = 'check REELSCORE_MANIFEST_HEADER'): Error {
  const message = `${label}: the server answers ${status}`;
  if (status >= 500 || status === 408 || status === 429) return new Error(`${message} (try later)`);
  const advice = status === 401 || status === 403 ? hint : 'check the link';
  return new ReelscoreError('manifest_unreadable', `${message} (${advice})`);
}

/** By the URL's path, else by the content type. */
function extensionOf(url: URL, { headers }: Pick<GuardedResponse, 'headers'>): string {
  const extension = extname(url.pathname).toLowerCase();
  try {
    formatOf(`manifest${extension}`);
    return extension;
  } catch {
    const type = String(headers['content-type'] ?? '');
    if (/spreadsheetml/i.test(type)) return '.xlsx';
    if (/csv|tab-separated/i.test(type)) return '.csv';
    if (/yaml/i.test(type)) return '.yaml';
    if (/ndjson|jsonl|json-?lines/i.test(type)) return '.jsonl';
    return /json/i.test(type) ? '.json' : extension;
  }
}

function limited(label: string): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      const error =
        bytes > MAX_BYTES
          ? new ReelscoreError(
              'manifest_unreadable',
              `${label}: it has more than ${MAX_BYTES / 1024 / 1024} MB (split the library)`,
            )
          : null;
      done(error, chunk);
    },
  });
}
