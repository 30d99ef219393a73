// Finds the outcome of any row. For each row only the number of its segment is held.
import type { Outcome } from '../contract/clip.js';
import type { SnapshotInfo } from '../manifests/snapshot-format.js';
import type { Store } from '../store/store.js';
import { SegmentCache } from './segment-cache.js';
import { Counting, readSegment, segmentsOf } from './segments.js';

export interface OutcomeIndex {
  /** Undefined if the row had none when the index was made. */
  outcomeOf(row: number): Promise<Outcome | undefined>;
}

/** @throws Error naming the outcome segment that cannot be read; so does `outcomeOf` */
export async function indexOutcomes(store: Store, info: SnapshotInfo): Promise<OutcomeIndex> {
  const { total } = info;
  const segments = await segmentsOf(store, info);
  const segmentOf = new Uint32Array(total); // 0 = none, else the segment's position + 1
  const counting = new Counting(total);
  for (const [at, key] of segments.entries()) {
    for (const outcome of await readSegment(store, key)) {
      if (counting.counts(outcome)) segmentOf[outcome.row] = at + 1;
    }
  }
  const cache = new SegmentCache(store);
  return {
    async outcomeOf(row) {
      const key = segments[(segmentOf[row] ?? 0) - 1];
      return key === undefined ? undefined : await cache.outcomeOf(row, key);
    },
  };
}
