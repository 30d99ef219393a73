// Finds links in plain text that may hold secrets.
import { isSecretLink } from '../contract/secret-link.js';
import { isHttp, tryUrl } from '../net/urls.js';
import type { UncheckedRequest } from './open-batch.js';

/** Whether the location of a manifest is a plain link that may be signed. */
export function holdsSecret(manifest: string): boolean {
  if (isSecretLink(manifest)) return false;
  const url = tryUrl(manifest);
  return url !== undefined && isHttp(url) && url.search + url.username + url.password !== '';
}

/** Names of the fields of a request that hold such links. */
export function plainLinks(request: UncheckedRequest): string[] {
  const manifest: unknown = request?.manifest;
  const notify: unknown = request?.settings?.notify;
  return [
    ...(typeof manifest === 'string' && holdsSecret(manifest) ? ['manifest'] : []),
    ...(typeof notify === 'string' && !isSecretLink(notify) ? ['settings.notify'] : []),
  ];
}
