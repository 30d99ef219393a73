// Records outcomes as they arrive: no outcome waits for another clip, and simultaneous ones share a write.

/** Batching window: outcomes that arrive within this time share a write. */
const WINDOW_MS = 1000;

export class Recording<T> {
  #waiting: T[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  /**
   * @param write writes outcomes to disk; those of a failed write are passed to the next one again
   * @param failed called when a write fails, except for the last one
   */
  constructor(
    private readonly write: (some: T[]) => Promise<void>,
    private readonly failed: (error: unknown) => void,
  ) {}

  add(...some: T[]): void {
    this.#waiting.push(...some);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#writeAll().catch(this.failed);
    }, WINDOW_MS);
  }

  /** Resolves once all are on disk. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#writeAll();
  }

  #writeAll(): Promise<void> {
    const write = async (): Promise<void> => {
      const some = this.#waiting;
      if (some.length === 0) return;
      this.#waiting = [];
      try {
        await this.write(some);
      } catch (error) {
        this.#waiting = [...some, ...this.#waiting];
        throw error;
      }
    };
    this.#writing = this.#writing.then(write, write);
    return this.#writing;
  }
}
