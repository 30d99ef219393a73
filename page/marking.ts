// Marks of several people, or made in quick succession: what has come while others were written is written together.
import type { MarkedBatch, Reelscore } from '../client/index.js';
import type { Mark } from '../outcomes/review/marks.js';

interface Waiting {
  mark: Mark;
  settle: (marked: Promise<MarkedBatch>) => void;
}

export class Marking {
  #waiting: Waiting[] = [];
  #busy = false;

  constructor(
    private readonly api: Pick<Reelscore, 'mark'>,
    private readonly batch: string,
  ) {}

  /** @throws what `Reelscore.mark` throws */
  async add(mark: Mark): Promise<MarkedBatch> {
    const marked = new Promise<MarkedBatch>((settle) => this.#waiting.push({ mark, settle }));
    if (!this.#busy) void this.#work();
    return await marked;
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      // Of a clip the first alone: a later one may be stale, and is judged by what that has changed.
      const ids = new Set<string>();
      const group = this.#waiting.filter(({ mark: { id } }) => !ids.has(id) && ids.add(id));
      this.#waiting = this.#waiting.filter((one) => !group.includes(one));
      const marked = this.api.mark(
        this.batch,
        group.map(({ mark }) => mark),
      );
      for (const { settle } of group) settle(marked);
      await marked.catch(() => undefined); // each has it
    }
    this.#busy = false;
  }
}
