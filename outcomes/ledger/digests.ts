// The keys by which the ledger identifies clips: digests, so that all have the same length.
import { hash } from 'node:crypto';
import type { Clip } from '../../contract/clip.js';
import { SERVICE } from '../../contract/service.js';
import { fragmentOf } from '../../manifests/excerpt.js';
import { idKey } from '../../manifests/clip-id.js';
import type { LedgerEntry } from './entry.js';
import type { Link } from './link-rule.js';
import type { ClipTag } from './tag.js';

const DIGEST_BYTES = 16;

/**
 * What determines the result besides the clip: this format, the vendor's service, and the prompt. The API
 * has no option that changes the result [docs/vendor-api.md: Submit]; a new one would belong here.
 */
const MUSIC = ['1', SERVICE];

/** Fields of an entry that are derived from a row. */
export type ClipKeys = Pick<LedgerEntry, 'id' | 'link' | 'fileLink' | 'etag' | 'music'>;

/**
 * @param link the clip's own, read with the link rule in use
 * @param tag what the clip's server answered, if the batch identifies clips by ETag
 */
export function keysOf(clip: Clip, link: Pick<Link, 'plain'>, tag?: ClipTag): ClipKeys {
  const { id, idMade, prompt, prompts = [], version, excerpt } = clip;
  // Another part of a clip is another clip.
  const plain = link.plain + fragmentOf(excerpt);
  return {
    ...(!idMade && { id: digestOf('id', idKey(id)) }),
    // Another content at the same path is another clip.
    link: linkDigest(version === undefined ? plain : `${plain}#${version}`),
    fileLink: plain,
    ...(tag?.kind === 'tag' && { etag: digestOf('etag', plain, tag.tag) }),
    music: digestOf('music', ...MUSIC, prompt, ...prompts),
  };
}

/** @param link the parts of a link that count */
export function linkDigest(link: string): string {
  return digestOf('link', link);
}

/** The kind is part of the digest, so that digests of two kinds are never the same. */
function digestOf(kind: string, ...parts: string[]): string {
  return hash('sha256', JSON.stringify([kind, ...parts]), 'buffer')
    .subarray(0, DIGEST_BYTES)
    .toString('base64url');
}
