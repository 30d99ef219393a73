// What a file_link may look like. Where it leads is checked when the clip is probed.
import { MAX_URL_CHARS } from './limits.js';
import type { Fault } from './problems.js';

/** What is wrong with a file_link, or undefined. */
export function faultOfFileLink(link: string): Fault | undefined {
  if (link.length > MAX_URL_CHARS) {
    return {
      fault: `file_link has ${link.length} characters, at most ${MAX_URL_CHARS} are allowed`,
      remedy: 'use a shorter URL',
    };
  }
  if (/^[\u2018-\u201f\u00ab\u00bb'"]|[\u2018-\u201f\u00ab\u00bb]$/.test(link)) {
    return { fault: 'file_link is in quotes that are part of it', remedy: 'take them off' };
  }
  if (/[\s\p{Cc}\p{Cs}\\]/u.test(link)) {
    return {
      fault: 'file_link holds a space, a line break or a backslash',
      remedy: 'write a space as %20',
    };
  }
  if (!/^https?:\/\/[^/?#]/i.test(link) || !URL.canParse(link)) {
    return {
      fault: 'file_link is not an http or https URL',
      remedy: 'the vendor fetches the video: give a URL such as https://cdn.example/clip.mp4',
    };
  }
  const { username, password } = new URL(link);
  if (username !== '' || password !== '') {
    return {
      // Results, snapshots and the vendor would all keep the secret.
      fault: 'file_link carries a user name or password',
      remedy: 'use a signed URL or one that needs no login',
    };
  }
  return undefined;
}
