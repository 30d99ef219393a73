// Finds the rows of a manifest that were already scored. One pass over the ledger: memory grows with the
// manifest's rows, not with the ledger; with `known`, with the rows that the ledger knows.
//
// K2. A row gets an earlier soundtrack only if that exists and belongs to the clip that the row means.
import type { Identity } from '../../contract/batch.js';
import type { Clip } from '../../contract/clip.js';
import type { KeyIndex } from '../../manifests/key-index.js';
import { keysOf, type ClipKeys } from './digests.js';
import type { LedgerEntry } from './entry.js';
import { linkReader, type ReadLink } from './link-rule.js';
import type { ClipTag } from './tag.js';

/** How and where a clip was scored. */
export type ScoredAs = Pick<
  LedgerEntry,
  'soundtrack' | 'soundtracks' | 'batch' | 'taskId' | 'at'
> & {
  /** The parts that count of the link it had then, if that was another link. */
  fileLink?: string;
};

/** A row in the form in which messages name it. */
export interface NamedRow {
  row: number;
  line: number;
  id: string;
  /** The parts of its link that count. */
  fileLink: string;
}

/**
 * - `new`: the ledger does not know the clip; or it does, but the soundtrack is `gone`; or the clip's link
 *   differs from another row's only in a token, so that it is `unclear` which of them was scored.
 * - `changed`: the ledger knows the clip, but with another `prompt` or another `link`.
 * - `scored`: the ledger has this clip with this music.
 */
export type RowMatch = { clip: NamedRow } & (
  | { state: 'new'; why?: 'unclear' }
  | { state: 'new'; why: 'gone'; before: ScoredAs }
  | { state: 'changed'; why: 'prompt' | 'link'; before: ScoredAs }
  | { state: 'scored'; as: ScoredAs }
);

interface Row {
  clip: NamedRow;
  link: string;
  music: string;
  scored?: ScoredAs;
  gone?: ScoredAs;
  otherPrompt?: ScoredAs;
  otherLink?: ScoredAs;
}

/** Rows that are looked up under the same key. */
interface Group {
  rows: Row[];
  strict: string;
  /** The links of its rows differ only in tokens. */
  unclear: boolean;
  /** The ledger has an entry with this key. */
  known: boolean;
}

export interface MatchOptions {
  identity: Identity;
  /** See `LedgerOptions`. */
  signatures?: readonly string[];
  /** Whether every file of an entry exists. */
  isThere: (entry: LedgerEntry) => Promise<boolean>;
  /** Keys of all entries (`addKeys`), so that other rows need not be kept; absent = every row is kept. */
  known?: KeyIndex;
}

/** Takes note of an entry's keys. */
export function addKeys(known: KeyIndex, { id, link, etag }: LedgerEntry): void {
  for (const key of [id, link, etag]) if (key !== undefined) known.add(key, 0);
}

/** Takes all rows, then all entries, then returns how each row matches. */
export class LedgerMatch {
  readonly #rows: { row: Row; group: Group | undefined }[] = [];
  readonly #groups = new Map<string, Group>();
  readonly #readLink: ReadLink;

  constructor(private readonly options: MatchOptions) {
    this.#readLink = linkReader(options.signatures);
  }

  /**
   * Takes a row; one with a fault is ignored.
   * @param tag what the clip's server answered, if identity is `etag`
   * @returns false if the row is not kept, because the ledger does not know it
   */
  add(clip: Clip, tag?: ClipTag): boolean {
    if (clip.fault !== undefined) return true;
    const link = this.#readLink(clip.fileLink);
    const keys = keysOf(clip, link, tag);
    const key = this.#lookUp(keys, tag);
    const { known } = this.options;
    if (known && (key === undefined || !known.has(key))) return false;
    const row: Row = {
      clip: { row: clip.row, line: clip.line, id: clip.id, fileLink: link.plain },
      ...{ link: keys.link, music: keys.music },
    };
    this.#rows.push({ row, group: this.#join(row, key, link.strict) });
    return true;
  }

  /** The clip's key in the ledger; undefined if it is unclear which clip it is. */
  #lookUp({ id, link, etag }: ClipKeys, tag: ClipTag | undefined): string | undefined {
    switch (this.options.identity) {
      case 'clip':
      case 'id':
        return id ?? link;
      case 'link':
        return link;
      case 'etag':
        return tag?.kind === 'missing' ? link : etag;
    }
  }

  #join(row: Row, key: string | undefined, strict: string): Group | undefined {
    if (key === undefined) return undefined;
    const group = this.#groups.get(key) ?? {
      ...{ rows: [], strict, unclear: false, known: false },
    };
    this.#groups.set(key, group);
    group.rows.push(row);
    if (key === row.link && strict !== group.strict) group.unclear = true;
    return group;
  }

  /** Takes an entry of the ledger, in any order. */
  async see(entry: LedgerEntry): Promise<void> {
    // Each row is looked up by one kind of key, so no row is found twice.
    for (const key of [entry.id, entry.link, entry.etag]) {
      const group = key === undefined ? undefined : this.#groups.get(key);
      if (!group) continue;
      group.known = true;
      if (group.unclear) continue;
      for (const row of group.rows) await this.#compare(row, entry);
    }
  }

  async #compare(row: Row, entry: LedgerEntry): Promise<void> {
    const { identity, isThere } = this.options;
    const isElsewhere = entry.link !== row.link;
    if (identity === 'clip' && isElsewhere) {
      row.otherLink = newer(row.otherLink, scoredAs(entry, isElsewhere));
    } else if (entry.music !== row.music) {
      row.otherPrompt = newer(row.otherPrompt, scoredAs(entry, isElsewhere));
    } else {
      const found = scoredAs(entry, isElsewhere);
      if (better(row.scored, found) === row.scored) return;
      if (await isThere(entry)) row.scored = found;
      else row.gone = newer(row.gone, found);
    }
  }

  /** Every row that was kept and has no fault, in the order they were added. */
  *rows(): Iterable<RowMatch> {
    for (const { row, group } of this.#rows) {
      const { clip, scored, gone, otherPrompt, otherLink } = row;
      if (group?.unclear && group.known) yield { clip, state: 'new', why: 'unclear' };
      else if (scored) yield { clip, state: 'scored', as: scored };
      else if (gone) yield { clip, state: 'new', why: 'gone', before: gone };
      else if (otherPrompt) yield { clip, state: 'changed', why: 'prompt', before: otherPrompt };
      else if (otherLink) yield { clip, state: 'changed', why: 'link', before: otherLink };
      else yield { clip, state: 'new' };
    }
  }
}

function scoredAs(entry: LedgerEntry, isElsewhere: boolean): ScoredAs {
  const { soundtrack, soundtracks, batch, taskId, at, fileLink } = entry;
  return {
    ...{ soundtrack, batch, taskId, at },
    ...(soundtracks && { soundtracks }),
    ...(isElsewhere && fileLink !== undefined && { fileLink }),
  };
}

/** Prefers what was scored with the row's own link, then what was scored last. */
function better(a: ScoredAs | undefined, b: ScoredAs): ScoredAs {
  if (!a) return b;
  if ((a.fileLink === undefined) !== (b.fileLink === undefined)) {
    return a.fileLink === undefined ? a : b;
  }
  return newer(a, b);
}

function newer(a: ScoredAs | undefined, b: ScoredAs): ScoredAs {
  return a && a.at > b.at ? a : b;
}
