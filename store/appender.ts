// Appends lines to one file, many callers sharing one write and one sync.
import { open } from 'node:fs/promises';

interface Waiting {
  content: string;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

/** S3. `append` resolves only when its lines are on disk. */
export class Appender {
  #queue: Waiting[] = [];
  #busy = false;

  constructor(private readonly file: string) {}

  append(content: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ content, resolve, reject });
      if (!this.#busy) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    while (this.#queue.length > 0) {
      const group = this.#queue;
      this.#queue = [];
      try {
        await this.#write(group.map(({ content }) => content).join(''));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#busy = false;
  }

  async #write(content: string): Promise<void> {
    const file = await open(this.file, 'a');
    try {
      await file.appendFile(content);
      await file.datasync(); // S3
    } finally {
      await file.close();
    }
  }
}
