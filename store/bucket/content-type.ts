import { extname } from 'node:path';
import { MEDIA_TYPES } from '../../net/media-types.js';

/** Of what people open from a bucket. */
const TYPES: Readonly<Record<string, string>> = {
  ...MEDIA_TYPES,
  '.csv': 'text/csv; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json',
  '.jsonl': 'application/jsonl',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.mkv': 'video/x-matroska',
  '.webm': 'video/webm',
};

/** The media type of an object by its key; undefined if it is none that people open. */
export function contentTypeOf(key: string): string | undefined {
  return TYPES[extname(key).toLowerCase()];
}
