// Ids of clips, and the names of their files: safe on Linux, macOS and Windows, and unique ignoring case.
import { hash } from 'node:crypto';
import { MAX_FILE_NAME_BYTES, MAX_ID_BYTES } from './limits.js';
import { KeyIndex } from './key-index.js';
import type { Fault } from './problems.js';

/** A valid name in a store (store/keys.ts) without a space or dot at the end, which Windows drops. */
const SAFE = /^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_.,+@=() -]*[\p{L}\p{M}\p{N}_,+@=()-])?$/u;

/** What no store takes in a name. */
const UNSAFE = /[^\p{L}\p{M}\p{N}_.,+@=() -]+/gu;

/** Invisible characters, and those that change the direction of others; joiners are allowed. */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/u;

/** Windows device names, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\.|$)/iu;

/** Whether Windows would take the name for a device. */
export function isDeviceName(name: string): boolean {
  return DEVICE.test(name);
}

/** The normalised id: one spelling for texts that look the same. */
export function normalizeId(id: string): string {
  return id.normalize('NFC');
}

/** What is wrong with an id, or undefined. Expects it normalised. */
export function faultOfId(id: string): Fault | undefined {
  const bytes = Buffer.byteLength(id);
  if (bytes > MAX_ID_BYTES) {
    return {
      fault: `id is ${bytes} bytes long, at most ${MAX_ID_BYTES} are allowed`,
      remedy: 'shorten it',
    };
  }
  if (UNSEEN.test(id)) {
    return {
      fault: `id ${JSON.stringify(id)} holds signs that cannot be seen`,
      remedy: 'write letters, digits and what is between them',
    };
  }
  return undefined;
}

/** The name, without extension, of a clip's files: its id, or a name derived from it where the id cannot be one. */
export function fileNameOf(id: string): string {
  if (Buffer.byteLength(id) <= MAX_FILE_NAME_BYTES && SAFE.test(id) && !isDeviceName(id)) return id;
  const mark = `-${hash('sha256', id, 'hex').slice(0, 8)}`;
  const plain = id
    .replace(UNSAFE, '-')
    .replace(/^[^\p{L}\p{N}_]+/u, '')
    .replace(/[ .-]+$/, '');
  const base = plain === '' || isDeviceName(plain) ? `clip${plain}` : plain;
  return `${cut(base, MAX_FILE_NAME_BYTES - mark.length)}${mark}`;
}

/** The longest prefix of a text within so many bytes, cut between characters. */
function cut(text: string, maxBytes: number): string {
  let kept = '';
  let bytes = 0;
  for (const sign of text) {
    bytes += Buffer.byteLength(sign);
    if (bytes > maxBytes) break;
    kept += sign;
  }
  return kept;
}

/**
 * Two ids with one key would be one file, or look like one, where names ignore case (macOS, Windows), the
 * spelling of a sign, or signs that are not seen.
 */
export function idKey(id: string): string {
  const seen = id.replace(/\p{Default_Ignorable_Code_Point}/gu, '').normalize('NFD');
  // Each step folds what the others do not: ẞ and ß, ß and ss, ſ and s.
  const folded = seen.toLowerCase().toUpperCase().toLowerCase();
  // At the end of a word the last step turns Σ into another character.
  return folded.replaceAll('ς', 'σ').normalize('NFC');
}

/** Keys of ids, as `idKey` gives them. */
export type IdKeys = Pick<ReadonlySet<string>, 'has'>;

/**
 * The ids of one reading of a manifest.
 *
 * A row without id gets `clip-<row number>`; when a row further down turns out to bear that id,
 * `clashed` is set, and a second reading that is given this one's `keys` avoids it.
 */
export class ClipIds {
  readonly #lines = new KeyIndex();
  readonly #made = new KeyIndex();
  #clashed = false;

  constructor(private readonly avoid: IdKeys = new KeyIndex()) {}

  /** Whether an id made here was later met as a row's own. */
  get clashed(): boolean {
    return this.#clashed;
  }

  /** Ids that rows bear themselves, as keys. */
  get keys(): KeyIndex {
    return this.#lines;
  }

  /** Takes a row's own id; returns the line that has it already, if one has. */
  claim(id: string, line: number): number | undefined {
    const name = fileNameOf(id);
    // Nor may its files be another's; where the name is made of the id, both are taken.
    const keys = name === id ? [idKey(id)] : [idKey(id), idKey(name)];
    const taken = keys.length === 1 ? undefined : keys.find((key) => this.#lines.has(key));
    if (taken !== undefined) return this.#lines.get(taken);
    for (const key of keys) {
      const earlier = this.#lines.add(key, line);
      if (earlier !== undefined && keys.length === 1) return earlier;
      if (this.#made.size > 0 && this.#made.has(key)) this.#clashed = true;
    }
    return undefined;
  }

  /** An id for a row without one: `clip-1` for row 0, `clip-1-2` if that is taken. */
  make(row: number): string {
    const base = `clip-${row + 1}`;
    let id = base;
    for (let n = 2; this.#lines.has(id) || this.avoid.has(id); n += 1) id = `${base}-${n}`;
    this.#made.add(id, 0);
    return id;
  }
}
