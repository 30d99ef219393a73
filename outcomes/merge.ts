// Joins snapshot and outcomes into rows in manifest order, in memory that does not grow with the batch:
// of each row only the number of its segment is kept.
import type { Clip, Outcome } from '../contract/clip.js';
import type { Snapshot } from '../manifests/snapshot.js';
import type { Store } from '../store/store.js';
import { listSegments, readSegment } from './segments.js';

/** Parsed segments kept; rows of one page lie in few segments, since clips end nearly in order. */
const KEPT_SEGMENTS = 256;

export interface BatchStoreView {
  store: Store;
  snapshot: Snapshot;
}

/** A row and how it ended; without an outcome it has not ended. */
export interface MergedRow {
  clip: Clip;
  outcome?: Outcome;
}

/** Every row of the manifest, in its order. */
export async function* mergeRows({ store, snapshot }: BatchStoreView): AsyncIterable<MergedRow> {
  const segments = await listSegments(store);
  const { total } = await snapshot.info();
  const segmentOf = new Uint32Array(total); // 0 = none, else the segment's number + 1
  for (const [number, key] of segments.entries()) {
    for (const { row } of await readSegment(store, key)) segmentOf[row] = number + 1; // O2
  }
  const kept = new Map<number, Map<number, Outcome>>();
  const outcomeOf = async (row: number): Promise<Outcome | undefined> => {
    const number = (segmentOf[row] ?? 0) - 1;
    const key = segments[number];
    if (key === undefined) return undefined;
    let segment = kept.get(number);
    if (!segment) {
      segment = new Map((await readSegment(store, key)).map((outcome) => [outcome.row, outcome]));
      kept.set(number, segment);
      const oldest = kept.keys().next().value;
      if (kept.size > KEPT_SEGMENTS && oldest !== undefined) kept.delete(oldest);
    }
    return segment.get(row);
  };
  for await (const page of snapshot.pages()) {
    for (const clip of page) {
      const outcome = await outcomeOf(clip.row);
      yield outcome ? { clip, outcome } : { clip };
    }
  }
}
