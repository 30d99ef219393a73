// Signed result links, from the query that confirmed a task to the download. They stay in this
// worker's memory: a signed link is a secret for as long as it lives and has no place in history.
import type { TaskMedia } from '../tomoviee/client.js';

/** Tasks confirmed and not yet downloaded are far fewer. */
const MAX_KEPT = 2000;

export class ResultLinks {
  readonly #kept = new Map<string, TaskMedia[]>();

  keep(taskId: string, media: TaskMedia[]): void {
    this.#kept.set(taskId, media);
    const oldest = this.#kept.keys().next().value;
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }

  /** Each link is handed out once; whoever needs it again asks the vendor for a fresh one. */
  take(taskId: string): TaskMedia[] | undefined {
    const media = this.#kept.get(taskId);
    this.#kept.delete(taskId);
    return media;
  }
}
