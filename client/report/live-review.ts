// A batch as it is seen and heard while it changes.
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import type { ResolvedConfig } from '../../config/config.js';
import { LiveRows } from '../../outcomes/live-rows.js';
import type { MergedRow } from '../../outcomes/merge.js';
import { resultRow } from '../../outcomes/result-row.js';
import type { ReviewedClip } from '../../outcomes/review/report-html.js';
import { fileAt, type FileAt } from '../../store/file-at.js';
import { isInBucket } from '../../store/places.js';
import type { Store } from '../../store/store.js';
import { ReelscoreError } from '../errors.js';
import { mustHaveResults, type LocatedBatch } from '../locate.js';
import { openStatus } from '../results.js';
import { Previews } from './previews.js';
import { filesOf, reviewedOf, sourceOf, type ReviewPlace } from './reviewed.js';

/** A clip, with links that are relative to the batch's own page. */
export interface LiveClip extends ReviewedClip {
  row: number;
}

/** Programs at a time. */
const PROGRAMS = 2;

export class LiveReview {
  readonly #limit = pLimit(PROGRAMS);

  private constructor(
    private readonly store: Store,
    private readonly live: LiveRows,
    private readonly previews: Previews,
    private readonly open: 'pending' | 'cancelled',
  ) {}

  /** @throws ReelscoreError `results_gone`, `results_elsewhere`; SnapshotError if the batch's snapshot is damaged */
  static async open(
    located: LocatedBatch,
    config: Pick<ResolvedConfig, 'ffmpeg'>,
  ): Promise<LiveReview> {
    await mustHaveResults(located);
    const { store, batch } = located;
    if (isInBucket(store.location)) {
      throw new ReelscoreError(
        'results_elsewhere',
        `the results of batch ${batch} are in ${store.location}, and the page shows those on its machine (see them with: reelscore report ${batch})`,
      );
    }
    const rows = await LiveRows.open(store);
    return new LiveReview(
      ...([store, rows, await Previews.open(config, store)] as const),
      await openStatus(located),
    );
  }

  /** All of them, in manifest order. */
  async *clips(): AsyncIterable<LiveClip> {
    for await (const merged of this.live.rows()) yield await this.#clip(merged);
  }

  /** Those that have changed since the last call; undefined if there are others: open it anew. */
  async changed(): Promise<LiveClip[] | undefined> {
    const rows = await this.live.changed();
    if (!rows) return undefined;
    const clips: LiveClip[] = [];
    for (const row of rows) clips.push(await this.#clip(await this.live.row(row)));
    return clips;
  }

  /** Path of the clip itself; undefined if it is not on this machine. @throws RangeError */
  async source(row: number): Promise<string | undefined> {
    return sourceOf(await this.live.row(row));
  }

  /** Path of a picture of a clip; undefined if there is none. @throws RangeError */
  async still(row: number): Promise<string | undefined> {
    const merged = await this.live.row(row);
    const { video } = merged.video ?? {};
    const seen = video === undefined ? sourceOf(merged) : this.pathOf(video);
    if (seen === undefined) return undefined;
    const key = await this.#limit(() => this.previews.still(this.#fileAt(seen)));
    return key === undefined ? undefined : this.pathOf(key);
  }

  /** See `peaksOf`. @param take which of the clip's files, from 0. @throws RangeError */
  async peaks(row: number, take: number): Promise<string | undefined> {
    const file = filesOf(await this.live.row(row))[take]?.output;
    if (file === undefined) return undefined;
    const peaks = await this.#limit(() => this.previews.peaks(this.#fileAt(this.pathOf(file))));
    if (this.#limit.activeCount + this.#limit.pendingCount === 0) await this.previews.keepPeaks();
    return peaks;
  }

  /** Path of a soundtrack or finished video. @throws Error if the key is none that a store has */
  pathOf(key: string): string {
    return fileURLToPath(this.store.linkOf(key));
  }

  #fileAt(path: string): FileAt {
    return fileAt(() => this.store, path);
  }

  async #clip(merged: MergedRow): Promise<LiveClip> {
    const { row } = merged.clip;
    return {
      row,
      ...(await reviewedOf({ merged, row: resultRow(merged, this.open) }, this.#place)),
    };
  }

  get #place(): ReviewPlace {
    return {
      columns: this.live.columns,
      pictureLink: (_source, row) => `clips/${row}`,
      stillLink: (_video, row) => Promise.resolve(`stills/${row}`),
      peaks: () => Promise.resolve(undefined),
      location: this.store.location,
    };
  }
}
