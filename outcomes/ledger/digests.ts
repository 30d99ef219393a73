// What the ledger knows clips by. Digests: they are of one length.
import { hash } from 'node:crypto';
import type { Clip } from '../../contract/clip.js';
import { SERVICE } from '../../contract/service.js';
import { idKey } from '../../manifests/clip-id.js';
import type { LedgerEntry } from './entry.js';
import type { Link } from './link-rule.js';
import type { ClipTag } from './tag.js';

const DIGEST_BYTES = 16;

/**
 * What decides the result besides the clip: this format, the vendor's service, and the prompt. The API
 * has no option that changes the result [docs/vendor-api.md: Submit]; one that comes belongs in here.
 */
const MUSIC = ['1', SERVICE];

/** Fields of an entry that follow from a row. */
export type ClipKeys = Pick<LedgerEntry, 'id' | 'link' | 'fileLink' | 'etag' | 'music'>;

/**
 * @param link the clip's own, as read by the rule in force
 * @param tag what the clip's server said, where the batch goes by ETags
 */
export function keysOf(clip: Clip, { plain }: Pick<Link, 'plain'>, tag?: ClipTag): ClipKeys {
  const { id, idMade, prompt } = clip;
  return {
    ...(!idMade && { id: digestOf('id', idKey(id)) }),
    link: linkDigest(plain),
    fileLink: plain,
    ...(tag?.kind === 'tag' && { etag: digestOf('etag', plain, tag.tag) }),
    music: digestOf('music', ...MUSIC, prompt),
  };
}

/** @param link what of a link counts */
export function linkDigest(link: string): string {
  return digestOf('link', link);
}

/** The kind is part of it, so that digests of two kinds are never the same. */
function digestOf(kind: string, ...parts: string[]): string {
  return hash('sha256', JSON.stringify([kind, ...parts]), 'buffer')
    .subarray(0, DIGEST_BYTES)
    .toString('base64url');
}
