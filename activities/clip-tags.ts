// The versions that servers reported for a batch's clips, kept in the batch's store until the clips are
// scored: one file per page of the snapshot.
import { z } from 'zod';
import type { Clip } from '../contract/clip.js';
import type { AskTags } from '../outcomes/ledger/ask-tags.js';
import type { ClipTag } from '../outcomes/ledger/tag.js';
import { readRoundFile, writeRoundFile } from '../outcomes/round-files.js';
import { writeWarnings, type Warning } from '../outcomes/warnings.js';
import type { Store } from '../store/store.js';

const FOLDER = 'etags';

const TagRecord = z.object({
  row: z.int().nonnegative(),
  tag: z.union([
    z.object({ kind: z.literal('tag'), tag: z.string() }),
    z.object({ kind: z.literal('missing') }),
    z.object({ kind: z.literal('unreachable') }),
  ]),
});

/** Tags by row. */
type Tags = ReadonlyMap<number, ClipTag>;

/** Fetches the tags of whole pages, but for pages that an earlier try of the activity has fetched. */
export class TagLearner {
  constructor(
    private readonly store: Store,
    private readonly round: number,
    private readonly ask: AskTags,
  ) {}

  async learn(page: number, clips: readonly Clip[]): Promise<Tags> {
    if (clips.length === 0) return new Map();
    const { store, round } = this;
    const kept = await readTags(store, round, page);
    if (kept) return kept;
    const answers = await this.ask(clips);
    const records = answers.map((tag, at) => ({ row: clips[at]?.row ?? -1, tag }));
    const missing = clips.filter((_, at) => answers[at]?.kind === 'missing');
    await writeWarnings(store, round, `ledger-${nameOf(page)}`, missing.map(warningOf));
    await writeRoundFile(store, FOLDER, { round, name: nameOf(page) }, records);
    return new Map(records.map(({ row, tag }) => [row, tag]));
  }
}

/** Finds tags by row; reads each page once. */
export class KeptTags {
  readonly #pages = new Map<number, Promise<Tags[]>>();

  constructor(
    private readonly store: Store,
    private readonly round: number,
    private readonly pageSize: number,
  ) {}

  /** The newest known tag: that of a retried row may have been fetched in an earlier round. */
  async of(row: number): Promise<ClipTag | undefined> {
    const page = Math.floor(row / this.pageSize);
    const rounds = this.#pages.get(page) ?? this.#read(page);
    this.#pages.set(page, rounds);
    return (await rounds).find((tags) => tags.has(row))?.get(row);
  }

  async #read(page: number): Promise<Tags[]> {
    const newestFirst = Array.from({ length: this.round }, (_, before) => this.round - before);
    const found = await Promise.all(newestFirst.map((round) => readTags(this.store, round, page)));
    return found.flatMap((tags) => tags ?? []);
  }
}

async function readTags(store: Store, round: number, page: number): Promise<Tags | undefined> {
  const key = `${FOLDER}/${round}-${nameOf(page)}.jsonl`;
  if (!(await store.exists(key))) return undefined;
  const records = await readRoundFile(store, key, TagRecord);
  return new Map(records.map(({ row, tag }) => [row, tag]));
}

function nameOf(page: number): string {
  return String(page).padStart(5, '0');
}

function warningOf({ id }: Clip): Warning {
  return {
    id,
    code: 'etag_missing',
    message:
      'the server gives neither an ETag nor date and length; the clip is identified by its link',
  };
}
