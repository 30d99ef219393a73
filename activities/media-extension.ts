import type { TaskMedia } from '../tomoviee/client.js';

/** Content type -> extension; the vendor documents neither [vendor-api: Result]. */
const BY_TYPE: Readonly<Record<string, string>> = {
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
  'audio/wav': 'wav',
  'audio/wave': 'wav',
  'audio/x-wav': 'wav',
  'audio/mp4': 'm4a',
  'audio/x-m4a': 'm4a',
  'audio/aac': 'aac',
  'audio/ogg': 'ogg',
  'audio/flac': 'flac',
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/x-msvideo': 'avi',
  'video/x-m4v': 'm4v',
  'video/x-matroska': 'mkv',
  'video/mp2t': 'ts',
  'video/x-flv': 'flv',
  'video/mpeg': 'mpg',
};
const KNOWN = new Set([...Object.values(BY_TYPE), 'webm', 'opus']);
const BY_KIND = { audio: 'mp3', video: 'mp4' } as const;

/**
 * Extension for a result file: its link's own if it is a known one, else by content type, else the
 * usual one of its kind. Nothing else of the link becomes part of a file name (store/keys.ts, S1).
 */
export function extensionOf(media: TaskMedia, contentType: string | string[] | undefined): string {
  const own = /\.([a-z0-9]{2,4})$/i.exec(new URL(media.url).pathname)?.[1]?.toLowerCase();
  if (own !== undefined && KNOWN.has(own)) return own;
  const type =
    String(contentType ?? '')
      .split(';')[0]
      ?.trim()
      .toLowerCase() ?? '';
  return BY_TYPE[type] ?? BY_KIND[media.kind];
}
