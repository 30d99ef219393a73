// What a row's file_link means. Where it leads is checked when the clip is probed.
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readLocation, writeLocation } from '../store/bucket/location.js';
import { MAX_URL_CHARS } from './limits.js';
import type { Fault } from './problems.js';
import { sharedFile } from './share-links.js';

/** The link in the one form that it is kept in. */
export type MeantLink = { link: string } | { fault: Fault };

const SCHEME = /^([a-z][a-z0-9+.-]+):/i;
/** `cdn.example/clip.mp4` */
const LIKE_HOST = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}(:\d+)?\/./i;

/** Whether the vendor can fetch the clip by its link as it is. */
export function isWebLink(link: string): boolean {
  return /^https?:/i.test(link);
}

/** Whether the clip lies on this machine. */
export function isLocal(link: string): boolean {
  return link.startsWith('file:');
}

/** Whether the clip lies in a bucket. */
export function isInBucket(link: string): boolean {
  return link.startsWith('s3:');
}

/**
 * An http(s) URL, `s3://bucket/key`, or a path or `file:` URL, which becomes the `file:` URL of the absolute path.
 * @param base folder that relative paths begin at; undefined = the manifest may not name files of this machine
 */
export function meantLink(text: string, base: string | undefined): MeantLink {
  if (text.length > MAX_URL_CHARS) {
    return refused(
      `file_link has ${text.length} characters, at most ${MAX_URL_CHARS} are allowed`,
      'use a shorter URL',
    );
  }
  if (/^[\u2018-\u201f\u00ab\u00bb'"]|[\u2018-\u201f\u00ab\u00bb]$/.test(text)) {
    return refused('file_link is in quotes that are part of it', 'take them off');
  }
  if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text)) {
    return refused('file_link holds a line break or a control character', 'remove it');
  }
  switch (SCHEME.exec(text)?.[1]?.toLowerCase()) {
    case 'http':
    case 'https':
      return meantUrl(text);
    case 's3':
      return meantObject(text);
    case 'file':
      return meantFileUrl(text, base);
    case undefined:
      return meantPath(text, base);
    default:
      return refused(
        'file_link is not an http, https, s3 or file URL',
        'give a URL such as https://cdn.example/clip.mp4, or the path of a file',
      );
  }
}

function meantUrl(text: string): MeantLink {
  if (/[\s\\]/u.test(text)) {
    return refused('file_link holds a space or a backslash', 'write a space as %20');
  }
  if (!/^https?:\/\/[^/?#]/i.test(text) || !URL.canParse(text)) {
    return refused(
      'file_link is not an http or https URL',
      'give a URL such as https://cdn.example/clip.mp4',
    );
  }
  const url = new URL(text);
  const { username, password } = url;
  if (username !== '' || password !== '') {
    // Results, snapshots and the vendor would all keep the secret.
    return refused(
      'file_link carries a user name or password',
      'use a signed URL or one that needs no login',
    );
  }
  return sharedFile(url) ?? { link: text };
}

/** A key may hold any character, so it is not read as a URL. */
function meantObject(text: string): MeantLink {
  const { bucket = '', key = '' } = readLocation(text) ?? {};
  if (bucket !== '' && key !== '') return { link: writeLocation({ bucket, key }) };
  return refused('file_link does not name an object in a bucket', 'write s3://bucket/key');
}

function meantFileUrl(text: string, base: string | undefined): MeantLink {
  try {
    return meantPath(fileURLToPath(text), base);
  } catch {
    return refused('file_link is not the URL of a file on this machine', 'write file:///path');
  }
}

function meantPath(path: string, base: string | undefined): MeantLink {
  if (LIKE_HOST.test(path)) {
    return refused('file_link has no scheme', 'write https:// before it, or ./ before a path');
  }
  if (base === undefined) {
    return refused(
      'file_link is not an http, https or s3 URL',
      'only a manifest on this machine can name files on it',
    );
  }
  return { link: pathToFileURL(resolve(base, path)).href };
}

function refused(fault: string, remedy: string): MeantLink {
  return { fault: { fault, remedy } };
}
