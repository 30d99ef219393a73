// Keeps what the query that confirmed a task returned about its result, until the download. It stays in this
// worker's memory: a signed link is a secret as long as it is valid and must not enter the history.
import { keepNewest } from '../store/keep-newest.js';
import type { VendorResult } from '../tomoviee/client.js';

/** Tasks that are confirmed and not yet downloaded are far fewer. */
const MAX_KEPT = 2000;

export class KeptLinks {
  readonly #kept = new Map<string, VendorResult>();

  keep(taskId: string, { media, modelVersion, translatePrompt }: VendorResult): void {
    const result = {
      media,
      ...(modelVersion !== undefined && { modelVersion }),
      ...(translatePrompt !== undefined && { translatePrompt }),
    };
    keepNewest(this.#kept, taskId, result, MAX_KEPT);
  }

  /** Each result is returned once; a second download queries the vendor for fresh links. */
  take(taskId: string): VendorResult | undefined {
    const result = this.#kept.get(taskId);
    this.#kept.delete(taskId);
    return result;
  }
}
