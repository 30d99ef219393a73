// Identifies the content of a manifest: its bytes, and the files that its clips refer to.
import { createHash } from 'node:crypto';

export class ContentHash {
  readonly #beside = createHash('sha256');
  #isEmpty = true;

  /** A clip's version, or a prompt from outside. */
  add(text: string): void {
    this.#beside.update(JSON.stringify(text));
    this.#isEmpty = false;
  }

  /** @param bytes SHA-256 of the file's bytes in hex, which it stays if nothing was added */
  with(bytes: string): string {
    if (this.#isEmpty) return bytes;
    return createHash('sha256').update(bytes).update(this.#beside.digest()).digest('hex');
  }
}
