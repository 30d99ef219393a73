// Seals links that hold secrets, so that Temporal can keep them, and opens them where they are used.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { readChat } from '../contract/chat.js';
import {
  isSecretLink,
  readReference,
  readSealed,
  sealedText,
  shownLink,
} from '../contract/secret-link.js';
import { holdsSecret } from './plain-links.js';
import { isHttp, tryUrl } from '../net/urls.js';
import { loadCallbackSecret } from '../config/callback-secret.js';
import type { ResolvedConfig } from '../config/config.js';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A sealed link or a reference cannot be opened. The message holds only what may be shown of the link. */
export class LinkError extends Error {
  override readonly name = 'LinkError';
}

export interface LinkSeal {
  /** Seals all of a link but the part that may be shown. A sealed link or a reference stays as it is. */
  seal: (link: string, shown: string) => string;
  /**
   * The link that a sealed link or a reference stands for; a plain link is returned as it is.
   * @throws LinkError
   */
  open: (text: string) => string;
}

/** A seal whose key is derived from the configuration's secret for callback URLs. */
export async function linkSealOf(
  config: Pick<ResolvedConfig, 'home' | 'callbacks'>,
  env: NodeJS.ProcessEnv = {},
): Promise<LinkSeal> {
  return createLinkSeal((await loadCallbackSecret(config)).reveal(), env);
}

/** @param env the environment in which references are looked up */
export function createLinkSeal(secret: string, env: NodeJS.ProcessEnv): LinkSeal {
  const keys = Buffer.from(hkdfSync('sha256', secret, '', 'reelscore links', 64));
  const [cipherKey, nonceKey] = [keys.subarray(0, 32), keys.subarray(32)];
  const key = createHmac('sha256', nonceKey).update('name').digest('base64url').slice(0, 8);

  function seal(link: string, shown: string): string {
    if (isSecretLink(link)) return link;
    // Derived from the content, so that the same link gives the same text, and no nonce serves two links.
    const content = JSON.stringify([shown, link]);
    const nonce = createHmac('sha256', nonceKey).update(content).digest().subarray(0, NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, cipherKey, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(shown));
    const parts = [nonce, cipher.update(link, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return sealedText({ key, box: Buffer.concat(parts).toString('base64url'), shown });
  }

  function open(text: string): string {
    const variable = readReference(text);
    if (variable !== undefined) return linkIn(variable);
    const sealed = readSealed(text);
    if (!sealed) return text;
    if (sealed.key !== key) {
      throw new LinkError(
        `the link to ${sealed.shown} was sealed with another key (give the worker the REELSCORE_CALLBACK_SECRET, or the home, of the client that sealed it)`,
      );
    }
    try {
      const box = Buffer.from(sealed.box, 'base64url');
      const nonce = box.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv(CIPHER, cipherKey, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(sealed.shown));
      decipher.setAuthTag(box.subarray(-TAG_BYTES));
      const content = decipher.update(box.subarray(NONCE_BYTES, -TAG_BYTES));
      return Buffer.concat([content, decipher.final()]).toString('utf8');
    } catch (cause) {
      throw new LinkError(`the sealed link to ${sealed.shown} was changed (give the link again)`, {
        cause,
      });
    }
  }

  function linkIn(variable: string): string {
    const link = env[variable]?.trim() ?? '';
    if (link === '') {
      throw new LinkError(
        `${variable} is not set (set it where the worker runs, and restart the worker)`,
      );
    }
    const url = tryUrl(readChat(link).url);
    if (url && isHttp(url)) return link;
    throw new LinkError(`${variable} is not an http(s) URL (correct it where the worker runs)`);
  }

  return { seal, open };
}

/** Seals the link to a receiver of notifications; any part of it but the host may be a token. */
export function sealedNotify(seal: LinkSeal['seal'], link: string): string {
  return seal(link, tryUrl(readChat(link).url)?.origin ?? '');
}

/** Seals the location of a manifest if it is a link that may be signed; other locations are no secrets. */
export function sealedManifest(seal: LinkSeal['seal'], manifest: string): string {
  return holdsSecret(manifest) ? seal(manifest, shownLink(manifest)) : manifest;
}
