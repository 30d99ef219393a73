// Ids of clips: safe as file names on Linux, macOS and Windows, and unique ignoring case.
import { MAX_ID_BYTES } from './limits.js';
import type { Fault } from './problems.js';

/** What a store takes as a name (store/keys.ts), and no space or dot at the end, which Windows drops. */
const ALLOWED = /^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_.,+@=() -]*[\p{L}\p{M}\p{N}_,+@=()-])?$/u;

/** Names that Windows gives to devices, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\.|$)/iu;

/** Whether Windows would take the name for a device. */
export function isDeviceName(name: string): boolean {
  return DEVICE.test(name);
}

/** The id as it is kept: one spelling for what looks the same. */
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
  if (!ALLOWED.test(id)) {
    return {
      fault: `id ${JSON.stringify(id)} cannot be a file name`,
      remedy:
        'begin with a letter, digit or _; go on with these, spaces and . , + @ = ( ) -; do not end with a space or dot',
    };
  }
  if (isDeviceName(id)) {
    return { fault: `id ${id} is a device name on Windows`, remedy: 'choose another id' };
  }
  return undefined;
}

/** Two ids with one key would be one file where names ignore case. */
export function idKey(id: string): string {
  // Upper case first: it brings together what lower case alone keeps apart (ſ and s).
  return id.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

/**
 * The ids of one reading of a manifest.
 *
 * A row without id gets `clip-<row number>`; when a row further down turns out to bear that id,
 * `clashed` is set, and a second reading that is given this one's `keys` avoids it.
 */
export class ClipIds {
  readonly #lines = new Map<string, number>();
  readonly #made = new Set<string>();
  #clashed = false;

  constructor(private readonly avoid: ReadonlyMap<string, unknown> = new Map()) {}

  /** Whether an id made here was later met as a row's own. */
  get clashed(): boolean {
    return this.#clashed;
  }

  /** Ids that rows bear themselves, as keys. */
  get keys(): ReadonlyMap<string, unknown> {
    return this.#lines;
  }

  /** Takes a row's own id; returns the line that has it already, if one has. */
  claim(id: string, line: number): number | undefined {
    const key = idKey(id);
    const earlier = this.#lines.get(key);
    if (earlier !== undefined) return earlier;
    if (this.#made.has(key)) this.#clashed = true;
    this.#lines.set(key, line);
    return undefined;
  }

  /** An id for a row without one: `clip-1` for row 0, `clip-1-2` if that is taken. */
  make(row: number): string {
    const base = `clip-${row + 1}`;
    let id = base;
    for (let n = 2; this.#lines.has(id) || this.avoid.has(id); n += 1) id = `${base}-${n}`;
    this.#made.add(id);
    return id;
  }
}
