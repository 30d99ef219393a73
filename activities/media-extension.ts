import type { TaskMedia } from '../tomoviee/client.js';

/** Content type -> extension; the vendor documents neither [docs/vendor-api.md: Result]. */
const BY_TYPE = new Map([
  ['audio/mpeg', 'mp3'],
  ['audio/mp3', 'mp3'],
  ['audio/wav', 'wav'],
  ['audio/wave', 'wav'],
  ['audio/x-wav', 'wav'],
  ['audio/mp4', 'm4a'],
  ['audio/x-m4a', 'm4a'],
  ['audio/aac', 'aac'],
  ['audio/ogg', 'ogg'],
  ['audio/flac', 'flac'],
  ['video/mp4', 'mp4'],
  ['video/quicktime', 'mov'],
  ['video/x-msvideo', 'avi'],
  ['video/x-m4v', 'm4v'],
  ['video/x-matroska', 'mkv'],
  ['video/mp2t', 'ts'],
  ['video/x-flv', 'flv'],
  ['video/mpeg', 'mpg'],
]);
const KNOWN = new Set([...BY_TYPE.values(), 'webm', 'opus']);
const BY_KIND = { audio: 'mp3', video: 'mp4' } as const;

/**
 * Extension for a result file: its link's own if it is a known one, else by content type, else the
 * usual one of its kind. Nothing else of the link becomes part of a file name (store/store.ts, S1).
 * @param contentType as given by `mediaTypeOf`
 */
export function extensionOf({ url, kind }: TaskMedia, contentType: string): string {
  const own = /\.([a-z0-9]{2,4})$/i.exec(new URL(url).pathname)?.[1]?.toLowerCase();
  if (own !== undefined && KNOWN.has(own)) return own;
  return BY_TYPE.get(contentType) ?? BY_KIND[kind];
}

/** A content-type header without its parameters, in lower case; '' if there is none. */
export function mediaTypeOf(header: string | string[] | undefined): string {
  return /^\s*([^\s;,]*)/.exec(String(header ?? ''))?.[1]?.toLowerCase() ?? '';
}
