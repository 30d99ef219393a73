// Starts the preparation of rows page by page, ahead of their submission.
import type { StepContext } from './step.js';
import { takePage } from './take-page.js';

/** Prepared rows kept ahead of the submissions. */
const LOOKAHEAD_ROWS = 200;
const MAX_PAGES = 4;
/** Tasks of an earlier round that are queried at one time; those that have ended soon make room. */
const MAX_RECALLED = 1000;
/** Probing a clip takes seconds, so such pages are small. */
const PAGE_ROWS = { probe: 25, plain: 500 };

export class Preparing {
  #pages = 0;

  constructor(private readonly context: StepContext) {}

  get underWay(): boolean {
    return this.#pages > 0;
  }

  begin(): void {
    const { input, state } = this.context;
    const pageRows = input.options.probe ? PAGE_ROWS.probe : PAGE_ROWS.plain;
    while (
      state.cursor < input.rows.count &&
      this.#pages < MAX_PAGES &&
      this.#recalled() < MAX_RECALLED &&
      state.fresh.length + state.unfitted.length + this.#pages * pageRows < LOOKAHEAD_ROWS
    ) {
      const from = state.cursor;
      state.cursor = Math.min(from + pageRows, input.rows.count);
      this.#page(from, state.cursor);
    }
  }

  #page(from: number, to: number): void {
    const { input, activities, work } = this.context;
    const { store, round, rows, options, recall } = input;
    this.#pages += 1;
    work.start(async () => {
      const page = await activities.preparePage({
        ...{ store, round, rows, from, to },
        probe: options.probe,
        ...(options.fit && { fit: true }),
        ...(options.takes !== undefined && { takes: options.takes }),
        ...(recall !== undefined && { recall }),
      });
      this.#pages -= 1;
      takePage(this.context, page);
    });
  }

  #recalled(): number {
    const { input, state } = this.context;
    if (input.recall === undefined) return 0;
    let recalled = 0;
    for (const { earlier } of state.clips.values()) if (earlier) recalled += 1;
    return recalled;
  }
}
