// Findings from the settings alone. Pure.
import { readChat } from '../../contract/chat.js';
import { shownLink } from '../../contract/secret-link.js';
import { tryUrl } from '../../net/urls.js';
import type { ResolvedConfig } from '../../config/config.js';
import { ok, problem, type DoctorFinding } from './finding.js';

/** `engines` of package.json. */
const LEAST_NODE = [20, 19] as const;

/** @param version such as 20.19.4 */
export function nodeFinding(version: string): DoctorFinding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  const enough = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  if (enough) return ok('Node', version);
  return problem('Node', `${version} is too old`, `install Node ${LEAST_NODE.join('.')} or later`);
}

/** The vendor's keys; only the vendor could say whether they are valid. */
export function keysFinding({ tomoviee }: Pick<ResolvedConfig, 'tomoviee'>): DoctorFinding {
  if (tomoviee.keys) return ok('Keys', 'TOMOVIEE_APP_KEY and TOMOVIEE_APP_SECRET are set');
  return problem(
    'Keys',
    'TOMOVIEE_APP_KEY and TOMOVIEE_APP_SECRET are not set',
    'set them to your keys, or try it without a vendor: reelscore run MANIFEST --simulate',
  );
}

/** The host alone is shown: the rest of the URL may hold a token. */
export function notificationsFinding({
  notifications: { url, secret },
}: Pick<ResolvedConfig, 'notifications'>): DoctorFinding {
  if (url === undefined) return ok('Notifications', 'notify is not set: none are sent');
  const host = tryUrl(shownLink(url))?.host ?? shownLink(url);
  const { chat } = readChat(url);
  if (chat) return ok('Notifications', `go to ${host}, as messages for ${chat}`);
  if (secret) return ok('Notifications', `go to ${host}, signed`);
  return problem(
    'Notifications',
    `those for ${host} cannot be signed: REELSCORE_WEBHOOK_SECRET is not set`,
    'set it, where workers run, to the secret that the receiver checks (whsec_...)',
  );
}

/** Whether payloads are encrypted, and by which key; never the key. */
export function payloadsFinding({
  payloadKeys,
}: Pick<ResolvedConfig, 'payloadKeys'>): DoctorFinding {
  if (!payloadKeys)
    return ok('Payloads', 'REELSCORE_PAYLOAD_KEYS is not set: Temporal keeps them in plain');
  const { current, all } = payloadKeys;
  const ids = all.map(({ id }) => id).join(', ');
  if (!current) return ok('Payloads', `are not encrypted; those of these keys can be read: ${ids}`);
  return ok(
    'Payloads',
    `are encrypted with the key ${current.id}; those of these keys can be read: ${ids}`,
  );
}
