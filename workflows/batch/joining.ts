// Has the outcome of a row made of those of its cues, when all have ended.
import { capText } from './cap.js';
import type { StepContext } from './step.js';

/** Under way or queued: joining soundtracks takes ffmpeg some seconds. */
const MAX_JOINING = 8;

export class Joining {
  #running = 0;

  constructor(private readonly context: StepContext) {}

  get underWay(): boolean {
    return this.#running > 0;
  }

  begin(): void {
    const { state } = this.context;
    while (this.#running < MAX_JOINING) {
      const row = state.joins.shift();
      if (row === undefined) return;
      this.#join(row);
    }
  }

  #join(row: number): void {
    const { input, state, activities, work } = this.context;
    const { store, round, options } = input;
    const { cap, ledger } = options;
    this.#running += 1;
    work.start(async () => {
      const { status, failures } = await activities.joinCues({
        ...{ store, round, row },
        ...(ledger && { ledger }),
        ...(state.capped && cap && { leftOut: { code: cap.code, message: capText(cap) } }),
      });
      this.#running -= 1;
      state.count(status); // B2
      state.noteFailures(failures);
    });
  }
}
