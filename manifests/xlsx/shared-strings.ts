// The texts of a workbook that its cells refer to by number. Held as bytes, because a workbook of 100,000 rows has
// some 200,000, and each JavaScript string costs more than its characters.
import {
  MAX_SHARED_STRINGS,
  MAX_SHARED_TEXT_BYTES,
  MAX_SHARED_XML_BYTES,
  MAX_XLSX_TOKEN_CHARS,
} from '../limits.js';
import { tooLarge } from './faults.js';
import { unescapeCell } from './escapes.js';
import type { Package } from './package.js';
import { readXml } from './xml.js';

const BLOCK_BYTES = 1024 * 1024;

export class SharedStrings {
  readonly #blocks: Buffer[] = [];
  /** Where each text begins, in all blocks together; the last is where the next would. */
  #starts = new Float64Array(1024);
  #count = 0;
  #used = BLOCK_BYTES;
  #bytes = 0;

  get count(): number {
    return this.#count;
  }

  /** @throws UnreadableManifest when there are too many, or they are too long */
  add(text: string): void {
    if (this.#count >= MAX_SHARED_STRINGS) throw tooLarge(`more than ${MAX_SHARED_STRINGS} texts`);
    const bytes = Buffer.byteLength(text);
    this.#bytes += bytes;
    if (this.#bytes > MAX_SHARED_TEXT_BYTES) {
      throw tooLarge(`its texts have more than ${MAX_SHARED_TEXT_BYTES / 1024 / 1024} MB`);
    }
    if (this.#used + bytes > BLOCK_BYTES) {
      this.#blocks.push(Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, bytes)));
      this.#used = 0;
    }
    const block = this.#blocks.length - 1;
    this.#blocks[block]?.write(text, this.#used);
    if (this.#count * 2 >= this.#starts.length) {
      const grown = new Float64Array(this.#starts.length * 2);
      grown.set(this.#starts);
      this.#starts = grown;
    }
    this.#starts[this.#count * 2] = block * BLOCK_BYTES + this.#used;
    this.#starts[this.#count * 2 + 1] = bytes;
    this.#used += bytes;
    this.#count += 1;
  }

  /** Undefined if there is none with this number. */
  at(index: number): string | undefined {
    if (!Number.isInteger(index) || index < 0 || index >= this.#count) return undefined;
    const start = this.#starts[index * 2] ?? 0;
    const length = this.#starts[index * 2 + 1] ?? 0;
    const from = start % BLOCK_BYTES;
    return this.#blocks[Math.floor(start / BLOCK_BYTES)]?.toString('utf8', from, from + length);
  }
}

/** @throws UnreadableManifest */
export async function readSharedStrings(
  parts: Package,
  part: string | undefined,
): Promise<SharedStrings> {
  const strings = new SharedStrings();
  if (part === undefined) return strings;
  const text = new RichText();
  await readXml(parts.read(part, MAX_SHARED_XML_BYTES), part, {
    open(name) {
      if (name === 'si') text.begin();
      else text.open(name);
    },
    close(name) {
      if (name === 'si') strings.add(text.end());
      else text.close(name);
    },
    text: (some) => text.text(some),
  });
  return strings;
}

/** Collects the text of a cell from its runs, without what tells how it is pronounced. Throws UnreadableManifest when it has no end. */
export class RichText {
  #parts: string[] = [];
  #chars = 0;
  #inText = false;
  #inPhonetic = false;

  begin(): void {
    this.#parts = [];
    this.#chars = 0;
    this.#inText = false;
    this.#inPhonetic = false;
  }

  open(name: string): void {
    if (name === 't') this.#inText = true;
    else if (name === 'rPh') this.#inPhonetic = true;
  }

  close(name: string): void {
    if (name === 't') this.#inText = false;
    else if (name === 'rPh') this.#inPhonetic = false;
  }

  text(some: string): void {
    if (!this.#inText || this.#inPhonetic) return;
    this.#chars += some.length;
    if (this.#chars > MAX_XLSX_TOKEN_CHARS) {
      throw tooLarge(`a cell has more than ${MAX_XLSX_TOKEN_CHARS} characters`);
    }
    this.#parts.push(some);
  }

  end(): string {
    return unescapeCell(this.#parts.join(''));
  }
}
