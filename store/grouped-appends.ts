// Those who append at one time share a write.

interface Waiting {
  content: string;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

export class GroupedAppends {
  #queue: Waiting[] = [];
  #busy = false;

  /** @param write called with what has come since the last one began; one at a time */
  constructor(private readonly write: (content: string) => Promise<void>) {}

  /** Resolves once the lines are written. */
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
        await this.write(group.map(({ content }) => content).join(''));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#busy = false;
  }
}
