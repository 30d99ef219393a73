// The headers that identify the account.
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Whose request it is, or why that is unknown. */
export type Caller = { keyHash: string } | { refused: string };

/** Checks `Authorization: Basic base64(app_key:app_secret)` and `X-App-Key`, which must agree. */
export class Credentials {
  /** While true every key is refused. */
  revoked = false;
  readonly #hashes = new Map<string, string>();

  /** @param pair the one accepted; undefined = any that is well formed. */
  constructor(private readonly pair: { key: string; secret: string } | undefined) {}

  check(headers: IncomingHttpHeaders): Caller {
    const [, encoded = ''] =
      /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(headers.authorization ?? '') ?? [];
    const decoded = Buffer.from(encoded, 'base64').toString('utf8');
    const colon = decoded.indexOf(':');
    const key = decoded.slice(0, Math.max(0, colon));
    const secret = decoded.slice(colon + 1);
    if (key === '' || secret === '') {
      return { refused: 'Authorization must be Basic base64(app_key:app_secret)' };
    }
    if (headers['x-app-key'] !== key) return { refused: 'X-App-Key must be the app_key' };
    const wrong = this.pair !== undefined && (key !== this.pair.key || secret !== this.pair.secret);
    if (wrong || this.revoked) return { refused: 'app_key or app_secret is not valid' };
    return { keyHash: this.#hashOf(key) };
  }

  #hashOf(key: string): string {
    let hash = this.#hashes.get(key);
    if (hash === undefined) {
      hash = createHash('sha256').update(key).digest('hex').slice(0, 12);
      // An account has one key; a client that sends many must not fill memory.
      if (this.#hashes.size < 100) this.#hashes.set(key, hash);
    }
    return hash;
  }
}
