// The rows of a batch for those who watch it. What has not changed is not read again.
import type { Clip, Outcome } from '../contract/clip.js';
import { openSnapshot, type Snapshot } from '../manifests/snapshot.js';
import { SNAPSHOT_KEY } from '../manifests/snapshot-format.js';
import type { Store } from '../store/store.js';
import { mergedRow, type MergedRow } from './merge.js';
import { MARKS_FOLDER, readMarks, type Marks } from './review/marks.js';
import { isScored, readSegment, segmentsOf } from './segments.js';
import { readVideos, VIDEOS_FOLDER, type Videos } from './videos.js';

export class LiveRows {
  /** Outcomes of a row, by the keys of their segments. */
  readonly #recorded = new Map<number, Map<string, Outcome>>();
  /** Those that count. */
  readonly #counting = new Map<number, Outcome>();
  /** Rows that a segment has. */
  readonly #rowsIn = new Map<string, number[]>();
  readonly #rowOf = new Map<string, number>();
  #columns: string[] = [];
  /** Positions of segments in the order in which they count. */
  #order = new Map<string, number>();
  #versions = new Map<string, string>();
  #videos: Videos = new Map();
  #marks: Marks = new Map();

  private constructor(
    private readonly store: Store,
    private readonly snapshot: Snapshot,
  ) {}

  /** @throws SnapshotError; Error naming the outcome segment that cannot be read, as all methods do */
  static async open(store: Store): Promise<LiveRows> {
    const live = new LiveRows(store, openSnapshot(store));
    await live.#changedKeys([SNAPSHOT_KEY]);
    live.#columns = (await live.snapshot.info()).columns;
    for await (const page of live.snapshot.pages()) {
      for (const { id, row } of page) live.#rowOf.set(id, row);
    }
    await live.changed();
    return live;
  }

  /** The manifest's own columns. */
  get columns(): readonly string[] {
    return this.#columns;
  }

  /** Rows that have changed since the last call; undefined if the batch has another manifest: open it anew. */
  async changed(): Promise<Set<number> | undefined> {
    if ((await this.#changedKeys([SNAPSHOT_KEY])).length > 0) return undefined;
    const rows = await this.#readOutcomes();
    const videos = await this.#changedKeys(await this.store.list(VIDEOS_FOLDER));
    if (videos.length > 0) {
      const before = this.#videos;
      this.#videos = await readVideos(this.store);
      this.#add(rows, before, this.#videos);
    }
    const marks = await this.#changedKeys(await this.store.list(MARKS_FOLDER));
    if (marks.length > 0) {
      const before = this.#marks;
      this.#marks = await readMarks(this.store);
      this.#add(rows, before, this.#marks);
    }
    return rows;
  }

  /** @throws RangeError if there is no such row */
  async row(row: number): Promise<MergedRow> {
    return this.#merged(await this.snapshot.clip(row));
  }

  /** All rows as they are now. */
  async *rows(): AsyncIterable<MergedRow> {
    for await (const page of this.snapshot.pages()) {
      for (const clip of page) yield this.#merged(clip);
    }
  }

  #merged(clip: Clip): MergedRow {
    const outcome = this.#counting.get(clip.row);
    const known = { videos: this.#videos, marks: this.#marks, columns: this.#columns };
    return mergedRow(clip, outcome, known);
  }

  async #readOutcomes(): Promise<Set<number>> {
    const rows = new Set<number>();
    const keys = await segmentsOf(this.store, await this.snapshot.info());
    this.#order = new Map(keys.map((key, at) => [key, at]));
    for (const key of await this.#changedKeys(keys)) {
      const outcomes = await readSegment(this.store, key);
      const touched = new Set([
        ...(this.#rowsIn.get(key) ?? []),
        ...outcomes.map(({ row }) => row),
      ]);
      for (const row of touched) this.#recorded.get(row)?.delete(key);
      for (const outcome of outcomes) {
        const known = this.#recorded.get(outcome.row) ?? new Map<string, Outcome>();
        this.#recorded.set(outcome.row, known.set(key, outcome));
      }
      this.#rowsIn.set(
        key,
        outcomes.map(({ row }) => row),
      );
      for (const row of touched) if (this.#recount(row)) rows.add(row);
    }
    return rows;
  }

  /** O2, O3: as `Counting` decides. Whether another outcome counts now. */
  #recount(row: number): boolean {
    const all = [...(this.#recorded.get(row) ?? [])]
      .sort(([a], [b]) => this.#positionOf(a) - this.#positionOf(b))
      .map(([, outcome]) => outcome);
    const counts = all.findLast(isScored) ?? all.at(-1);
    const before = this.#counting.get(row);
    if (counts) this.#counting.set(row, counts);
    else this.#counting.delete(row);
    return JSON.stringify(before) !== JSON.stringify(counts);
  }

  #positionOf(key: string): number {
    return this.#order.get(key) ?? -1;
  }

  /** Those that are new, or not what they were at the last call. */
  async #changedKeys(keys: readonly string[]): Promise<string[]> {
    const seen = await Promise.all(
      keys.map(async (key) => ({ key, version: (await this.store.version(key)) ?? '' })),
    );
    const changed = seen.filter(({ key, version }) => this.#versions.get(key) !== version);
    for (const { key, version } of changed) this.#versions.set(key, version);
    return changed.map(({ key }) => key);
  }

  #add<Entry>(
    rows: Set<number>,
    before: ReadonlyMap<string, Entry>,
    now: ReadonlyMap<string, Entry>,
  ): void {
    for (const [id, entry] of now) {
      const row = this.#rowOf.get(id);
      if (row === undefined) continue;
      if (JSON.stringify(before.get(id)) !== JSON.stringify(entry)) rows.add(row);
    }
  }
}
