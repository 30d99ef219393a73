// Texts by their digests, in some 20 to 45 bytes each, and nothing that a garbage collector walks: a million rows
// have a million ids. Of two texts with one digest (96 bits) there is none in 10^12 manifests of a million rows.
import { hash } from 'node:crypto';

/** Of a slot: three of the digest, and the number plus one; 0 = free. */
const WORDS = 4;
const FIRST_SLOTS = 1024;
const MOST_LOAD = 0.75;

/** What an index holds, as threads may send it to each other. */
export type KeyData = Uint32Array<ArrayBuffer>;

/** Keeps a number for each key. */
export class KeyIndex {
  #words: KeyData;
  #size = 0;

  /** @param data of another index, which it may go on using */
  constructor(data?: KeyData) {
    this.#words = data?.slice() ?? new Uint32Array(FIRST_SLOTS * WORDS);
    for (let at = 3; at < this.#words.length; at += WORDS)
      if (this.#words[at] !== 0) this.#size += 1;
  }

  get size(): number {
    return this.#size;
  }

  get data(): KeyData {
    return this.#words;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  get(key: string): number | undefined {
    const held = this.#words[this.#find(digestOf(key)) + 3] ?? 0;
    return held === 0 ? undefined : held - 1;
  }

  /**
   * Keeps a number for a key, unless it has one, which is returned.
   * @param value whole, from 0 to 2^32 - 2
   */
  add(key: string, value: number): number | undefined {
    if ((this.#size + 1) * WORDS > this.#words.length * MOST_LOAD) this.#grow();
    const digest = digestOf(key);
    const slot = this.#find(digest);
    const held = this.#words[slot + 3] ?? 0;
    if (held !== 0) return held - 1;
    this.#words.set(digest, slot);
    this.#words[slot + 3] = value + 1;
    this.#size += 1;
    return undefined;
  }

  /** Where the digest is, or would be. */
  #find(digest: Uint32Array): number {
    const words = this.#words;
    const mask = words.length / WORDS - 1;
    for (let slot = (digest[0] ?? 0) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * WORDS;
      const same =
        words[at] === digest[0] && words[at + 1] === digest[1] && words[at + 2] === digest[2];
      if (same || words[at + 3] === 0) return at;
    }
  }

  #grow(): void {
    const old = this.#words;
    this.#words = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += WORDS) {
      if (old[at + 3] === 0) continue;
      const held = old.subarray(at, at + WORDS);
      this.#words.set(held, this.#find(held));
    }
  }
}

function digestOf(key: string): Uint32Array {
  const digest = hash('sha256', key, 'buffer');
  return Uint32Array.of(digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8));
}
