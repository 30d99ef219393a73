// Joins snapshot and outcomes into rows in manifest order. Memory hardly grows with the batch: for each row
// only the number of its segment is kept.
import type { Clip, Outcome } from '../contract/clip.js';
import type { Snapshot } from '../manifests/snapshot.js';
import type { Store } from '../store/store.js';
import { indexOutcomes } from './outcome-index.js';
import { markOf, readMarks, type MarkEntry, type Marks } from './review/marks.js';
import { readVideos, videoOf, type VideoEntry, type Videos } from './videos.js';

export interface BatchStoreView {
  store: Store;
  snapshot: Snapshot;
}

/** A row and how it ended; without an outcome it has not ended. */
export interface MergedRow {
  /** With a value for each of the manifest's own columns, in their order; '' where it has none. */
  clip: Clip;
  outcome?: Outcome;
  /** Of the row's finished video. */
  video?: VideoEntry;
  /** Of the takes that it has now. */
  mark?: MarkEntry;
}

/**
 * Every row of the manifest, in its order.
 * @throws SnapshotError, or an Error naming the outcome segment that cannot be read
 */
export async function* mergeRows({ store, snapshot }: BatchStoreView): AsyncIterable<MergedRow> {
  const info = await snapshot.info();
  const { columns } = info;
  const outcomes = await indexOutcomes(store, info);
  const videos = await readVideos(store);
  const marks = await readMarks(store);
  for await (const page of snapshot.pages()) {
    for (const clip of page) {
      yield mergedRow(clip, await outcomes.outcomeOf(clip.row), { columns, videos, marks });
    }
  }
}

/** What is known of all rows. */
export interface KnownOfRows {
  /** The manifest's own. */
  columns: readonly string[];
  videos: Videos;
  marks: Marks;
}

/** A row with what of it counts. */
export function mergedRow(
  clip: Clip,
  outcome: Outcome | undefined,
  { columns, videos, marks }: KnownOfRows,
): MergedRow {
  const video = outcome && videoOf(videos, clip, outcome);
  const mark = markOf(marks, clip.id, outcome);
  return {
    clip: { ...clip, extra: filled(clip.extra, columns) },
    ...(outcome && { outcome }),
    ...(video && { video }),
    ...(mark && { mark }),
  };
}

/** Clips of a YAML manifest may each have different fields. */
function filled(extra: Record<string, string>, columns: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    columns.map((column) => [column, Object.hasOwn(extra, column) ? (extra[column] ?? '') : '']),
  );
}
