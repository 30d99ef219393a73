// Finds the rows of a manifest that were scored already. Pure, and one pass over the ledger: memory grows
// with the manifest's rows, not with the ledger.
import type { Identity } from '../contract/batch.js';
import type { Clip } from '../contract/clip.js';
import { identityOf, musicDigest } from './digests.js';
import type { LedgerEntry } from './entry.js';
import type { ClipTag } from './tag.js';

/** How and where a clip was scored. */
export type ScoredAs = Pick<LedgerEntry, 'soundtrack' | 'batch' | 'taskId' | 'at'>;

/**
 * - `new`: the ledger does not know the clip.
 * - `changed`: it does, but with other music.
 * - `scored`: it has this clip with this music.
 */
export type RowMatch =
  { row: number; state: 'new' | 'changed' } | { row: number; state: 'scored'; as: ScoredAs };

interface Row {
  row: number;
  music: string;
  known: boolean;
  scored?: ScoredAs;
}

/** Takes all rows, then all entries, then tells how the rows stand. */
export class LedgerMatch {
  readonly #rows: Row[] = [];
  readonly #byIdentity = new Map<string, Row[]>();

  constructor(private readonly identity: Identity) {}

  /**
   * Takes a row; one with a fault counts for nothing.
   * @param tag what the clip's server told, where identity is `etag`
   */
  add(clip: Clip, tag?: ClipTag): void {
    if (clip.fault !== undefined) return;
    const row: Row = { row: clip.row, music: musicDigest(clip), known: false };
    this.#rows.push(row);
    const key = identityOf(clip, this.identity, tag);
    if (key === undefined) return;
    const same = this.#byIdentity.get(key);
    if (same) same.push(row);
    else this.#byIdentity.set(key, [row]);
  }

  /** Takes an entry of the ledger, in any order. */
  see(entry: LedgerEntry): void {
    // Rows go by one kind of key each, so no row is found twice.
    for (const key of [entry.id, entry.link, entry.etag]) {
      const rows = key === undefined ? undefined : this.#byIdentity.get(key);
      for (const row of rows ?? []) {
        row.known = true;
        if (row.music !== entry.music) continue;
        if (row.scored && row.scored.at > entry.at) continue;
        const { soundtrack, batch, taskId, at } = entry;
        row.scored = { soundtrack, batch, taskId, at };
      }
    }
  }

  /** Every row that has no fault, in the order they were added. */
  *rows(): Iterable<RowMatch> {
    for (const { row, known, scored } of this.#rows) {
      if (scored) yield { row, state: 'scored', as: scored };
      else yield { row, state: known ? 'changed' : 'new' };
    }
  }
}
