// What the ledger knows clips by. Digests: entries are of one length, and hold no signed link.
import { hash } from 'node:crypto';
import type { Identity } from '../contract/batch.js';
import type { Clip } from '../contract/clip.js';
import { idKey } from '../manifests/clip-id.js';
import type { LedgerEntry } from './entry.js';
import type { ClipTag } from './tag.js';

const DIGEST_BYTES = 16;

/**
 * What decides the result besides the clip: this format, the vendor's service, and the prompt. The API
 * has no option that changes the result [vendor-api: Submit]; one that comes belongs in here.
 */
const MUSIC = ['1', 'tm_video_scoring'];

/** Fields of an entry that follow from a row. */
export type ClipKeys = Pick<LedgerEntry, 'id' | 'link' | 'etag' | 'music'>;

/** @param tag what the clip's server told, where the batch goes by ETags */
export function keysOf(clip: Clip, tag?: ClipTag): ClipKeys {
  const id = idDigest(clip);
  return {
    ...(id !== undefined && { id }),
    link: linkDigest(clip),
    ...(tag?.kind === 'tag' && { etag: tagDigest(clip, tag.tag) }),
    music: musicDigest(clip),
  };
}

/**
 * The digest that the same clip had in an earlier manifest, under the key of its kind; undefined if
 * nobody can tell which clip it is.
 */
export function identityOf(clip: Clip, identity: Identity, tag?: ClipTag): string | undefined {
  if (identity === 'id') return idDigest(clip) ?? linkDigest(clip);
  if (identity === 'link' || tag?.kind === 'missing') return linkDigest(clip);
  return tag?.kind === 'tag' ? tagDigest(clip, tag.tag) : undefined;
}

export function musicDigest({ prompt }: Pick<Clip, 'prompt'>): string {
  return digestOf('music', ...MUSIC, prompt);
}

function idDigest({ id, idMade }: Clip): string | undefined {
  return idMade ? undefined : digestOf('id', idKey(id));
}

function linkDigest({ fileLink }: Clip): string {
  return digestOf('link', plainLink(fileLink));
}

function tagDigest({ fileLink }: Clip, tag: string): string {
  return digestOf('etag', plainLink(fileLink), tag);
}

/** Without query and fragment: signed links have another query each time. */
function plainLink(link: string): string {
  const { origin, pathname } = new URL(link);
  return origin + pathname;
}

/** The kind is part of it, so that digests of two kinds are never the same. */
function digestOf(kind: string, ...parts: string[]): string {
  return hash('sha256', JSON.stringify([kind, ...parts]), 'buffer')
    .subarray(0, DIGEST_BYTES)
    .toString('base64url');
}
