// Appends lines to one file; callers share writes and syncs.
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { Folders } from './folders.js';
import { GroupedAppends } from './grouped-appends.js';

export class Appender {
  readonly #folder: string;
  readonly #appends = new GroupedAppends((content) => this.#tryWrite(content));
  /** The file's name is on disk. */
  #named = false;
  /** The last write failed and may have left half a line. */
  #torn = false;

  constructor(
    private readonly file: string,
    private readonly folders: Folders,
    private readonly mode: number,
  ) {
    this.#folder = path.dirname(file);
  }

  /** Resolves once the lines are on disk (S3). */
  append(content: string): Promise<void> {
    return this.#appends.append(content);
  }

  async #tryWrite(content: string): Promise<void> {
    try {
      await this.#write(content);
    } catch (error) {
      this.#named = false;
      this.folders.failed(this.#folder, error);
      throw error;
    }
  }

  async #write(content: string): Promise<void> {
    await this.folders.ensure(this.#folder);
    const file = await open(this.file, 'a', this.mode);
    try {
      const start = this.#torn ? '\n' : '';
      this.#torn = true;
      const bytes = Buffer.from(start + content);
      // One call: with O_APPEND it is not mixed with what other processes append.
      const { bytesWritten } = await file.write(bytes);
      if (bytesWritten < bytes.length) throw new Error(`${this.file}: only a part was written`);
      await file.datasync(); // S3
      this.#torn = false;
    } finally {
      await file.close();
    }
    if (!this.#named) await this.folders.sync(this.#folder); // S3: else the file itself may be lost
    this.#named = true;
  }
}
