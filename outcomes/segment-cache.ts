import type { Outcome } from '../contract/clip.js';
import type { Store } from '../store/store.js';
import { readSegment } from './segments.js';

/**
 * Outcomes kept parsed, in whole segments. Clips end nearly in order, so the rows of a page are in few
 * segments; this is some hundred segments of the usual 20 outcomes.
 */
const KEPT_OUTCOMES = 5000;

/** Finds outcomes by row; keeps the segments that were read last. */
export class SegmentCache {
  readonly #segments = new Map<string, Map<number, Outcome>>();
  #kept = 0;

  constructor(private readonly store: Store) {}

  /** @throws Error naming the segment if it cannot be read */
  async outcomeOf(row: number, key: string): Promise<Outcome | undefined> {
    const segment = this.#segments.get(key) ?? (await this.#read(key));
    return segment.get(row);
  }

  async #read(key: string): Promise<Map<number, Outcome>> {
    const outcomes = await readSegment(this.store, key);
    const segment = new Map(outcomes.map((outcome) => [outcome.row, outcome]));
    this.#segments.set(key, segment);
    this.#kept += segment.size;
    for (const [oldest, { size }] of this.#segments) {
      if (this.#kept <= KEPT_OUTCOMES || oldest === key) break;
      this.#segments.delete(oldest);
      this.#kept -= size;
    }
    return segment;
  }
}
