// Joins snapshot and outcomes into rows in manifest order. Memory hardly grows with the batch: for each row
// only the number of its segment is kept.
import type { Clip, Outcome } from '../contract/clip.js';
import type { Snapshot } from '../manifests/snapshot.js';
import type { Store } from '../store/store.js';
import { SegmentCache } from './segment-cache.js';
import { Counting, readSegment, segmentsOf } from './segments.js';

export interface BatchStoreView {
  store: Store;
  snapshot: Snapshot;
}

/** A row and how it ended; without an outcome it has not ended. */
export interface MergedRow {
  /** With a value for each of the manifest's own columns, in their order; '' where it has none. */
  clip: Clip;
  outcome?: Outcome;
}

/**
 * Every row of the manifest, in its order.
 * @throws SnapshotError, or an Error naming the outcome segment that cannot be read
 */
export async function* mergeRows({ store, snapshot }: BatchStoreView): AsyncIterable<MergedRow> {
  const info = await snapshot.info();
  const { total, columns } = info;
  const segments = await segmentsOf(store, info);
  const segmentOf = new Uint32Array(total); // 0 = none, else the segment's position + 1
  const counting = new Counting(total);
  for (const [at, key] of segments.entries()) {
    for (const outcome of await readSegment(store, key)) {
      if (counting.counts(outcome, key)) segmentOf[outcome.row] = at + 1;
    }
  }
  const cache = new SegmentCache(store);
  for await (const page of snapshot.pages()) {
    for (const clip of page) {
      const key = segments[(segmentOf[clip.row] ?? 0) - 1];
      const outcome = key === undefined ? undefined : await cache.outcomeOf(clip.row, key);
      yield { clip: { ...clip, extra: filled(clip.extra, columns) }, ...(outcome && { outcome }) };
    }
  }
}

/** Clips of a YAML manifest may each have different fields. */
function filled(extra: Record<string, string>, columns: string[]): Record<string, string> {
  return Object.fromEntries(
    columns.map((column) => [column, Object.hasOwn(extra, column) ? (extra[column] ?? '') : '']),
  );
}
