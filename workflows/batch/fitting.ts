// Has clips fitted that the vendor would not take, a few at a time.
import type { StepContext } from './step.js';
import { takePage } from './take-page.js';

/** Fitted clips that wait for their submission: each takes space on a disk. */
const LOOKAHEAD_ROWS = 50;
/** Under way or queued; a worker does one or two at a time. */
const MAX_FITTING = 4;

export class Fitting {
  constructor(private readonly context: StepContext) {}

  get underWay(): boolean {
    return this.context.state.fitting > 0;
  }

  begin(): void {
    const { state } = this.context;
    while (state.fitting < MAX_FITTING && state.fresh.length < LOOKAHEAD_ROWS) {
      const row = state.unfitted.take();
      if (row === undefined) return;
      this.#fit(row);
    }
  }

  #fit(row: number): void {
    const { input, state, activities, work } = this.context;
    const { store, round, options, recall } = input;
    const { fit, takes } = options;
    if (!fit) throw new Error(`B1: row ${row} is to be fitted, and the batch fits none`);
    state.fitting += 1;
    work.start(async () => {
      const page = await activities.fitClip({
        ...{ store, round, row, fit },
        ...(takes !== undefined && { takes }),
        ...(recall !== undefined && { recall }),
      });
      state.fitting -= 1;
      takePage(this.context, page);
    });
  }
}
