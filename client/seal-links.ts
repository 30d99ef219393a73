// Seals the links that a client passes to Temporal. The key is loaded, or made, only if there is one.
import type { BatchOptions } from '../contract/batch.js';
import { isSecretLink } from '../contract/secret-link.js';
import type { ResolvedConfig } from '../config/config.js';
import { holdsSecret } from '../intake/plain-links.js';
import { linkSealOf, sealedNotify, type LinkSeal } from '../intake/link-seal.js';

type KeyConfig = Pick<ResolvedConfig, 'home' | 'callbacks'>;

/** The options with the receiver of notifications sealed. */
export async function sealedOptions(
  options: BatchOptions,
  config: KeyConfig,
): Promise<BatchOptions> {
  const { notify } = options;
  if (!notify || isSecretLink(notify.url)) return options;
  const { seal } = await linkSealOf(config);
  return { ...options, notify: { url: sealedNotify(seal, notify.url) } };
}

/** What seals a request that may hold these links. */
export async function sealFor(
  config: KeyConfig,
  links: {
    manifests: (string | undefined)[];
    receivers: (string | number | boolean | undefined)[];
  },
): Promise<LinkSeal['seal']> {
  const { manifests, receivers } = links;
  const needed =
    manifests.some((manifest) => manifest !== undefined && holdsSecret(manifest)) ||
    receivers.some((url) => url !== undefined && !isSecretLink(String(url)));
  return needed ? (await linkSealOf(config)).seal : (link) => link;
}

/**
 * What people should know of links that they had sealed.
 * @param home of the embedded server in use; absent where the server is a named one
 */
export function sealNotes(
  { callbacks, home: own }: KeyConfig,
  { home, links }: { home: string | undefined; links: (string | undefined)[] },
): string[] {
  const isSealed = links.some((link) => link?.startsWith('sealed:'));
  if (!isSealed || home !== undefined || callbacks.secret) return [];
  return [
    `a link is sealed with the key in ${own}; workers elsewhere can open it only if REELSCORE_CALLBACK_SECRET is set, the same there and here`,
  ];
}
