// Reads the keys with which payloads in Temporal are encrypted.
import { Secret } from './secret.js';

export interface PayloadKey {
  /** Stands beside each payload that the key encrypted. */
  id: string;
  /** Base64 of 32 bytes. */
  key: Secret;
}

export interface PayloadKeys {
  /** Encrypts; absent = payloads are only decrypted. */
  current?: PayloadKey;
  /** Decrypt; `current` among them. */
  all: PayloadKey[];
}

const KEY_BYTES = 32;
const MOST_KEYS = 50;
const ID = /^[A-Za-z0-9._-]{1,64}$/;
/** In the place of the first key: encrypt nothing, decrypt with those that follow. */
const PLAIN = 'plain';

/**
 * `2026-11:<base64>,2026-05:<base64>`: the first key encrypts, all decrypt. With `plain` as its first entry none
 * encrypts.
 * @throws TypeError with fault and what to do; it holds no key
 */
export function payloadKeys(raw: unknown): PayloadKeys {
  const entries = typeof raw === 'string' ? raw.split(',').map((entry) => entry.trim()) : [];
  const encrypts = entries[0] !== PLAIN;
  const all = (encrypts ? entries : entries.slice(1)).map((entry, n) =>
    readKey(entry, encrypts ? n + 1 : n + 2),
  );
  if (all.length === 0 || all.length > MOST_KEYS) {
    throw new TypeError(`it holds no key, or more than ${MOST_KEYS} (write id:base64,id:base64)`);
  }
  const twice = all.find(({ id }, n) => all.findIndex((other) => other.id === id) !== n);
  if (twice) {
    throw new TypeError(`the id ${twice.id} is there twice (give each key an id of its own)`);
  }
  return { ...(encrypts && all[0] && { current: all[0] }), all };
}

function readKey(entry: string, n: number): PayloadKey {
  const colon = entry.indexOf(':');
  const id = entry.slice(0, Math.max(0, colon));
  // An entry without a colon may be a key, so it is not shown.
  if (!ID.test(id)) {
    throw new TypeError(
      `key ${n} has no id of letters, digits, ".", "_" or "-" (write id:base64, such as 2026-11:...)`,
    );
  }
  const text = entry.slice(colon + 1);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64').replace(/=+$/, '') !== text.replace(/=+$/, '')) {
    throw new TypeError(`the key ${id} is not base64 (make one: openssl rand -base64 32)`);
  }
  if (bytes.length !== KEY_BYTES) {
    throw new TypeError(
      `the key ${id} has ${bytes.length} bytes instead of ${KEY_BYTES} (make one: openssl rand -base64 32)`,
    );
  }
  return { id, key: new Secret(text) };
}
