// The rows of a batch's manifest as it was, found again by the rows of a corrected one.
import { hash } from 'node:crypto';
import type { RecalledTask } from '../contract/activities.js';
import type { Clip, Outcome } from '../contract/clip.js';
import { fragmentOf } from '../manifests/excerpt.js';
import { idKey } from '../manifests/clip-id.js';

/** The outcome of a row. */
export interface RowBefore {
  row: number;
  id: string;
  /** Its manifest gave it none. */
  idMade: boolean;
  params?: string;
  outcome?: Outcome;
  /** Of the row and of its cues. */
  tasks: RecalledTask[];
}

/** The row that a corrected one is about; `same` if nothing of it was corrected. */
export interface Pair {
  was: RowBefore;
  same: boolean;
}

/** Equal rows are given out in order, each once. */
export class RowsBefore {
  readonly #rows: RowBefore[] = [];
  readonly #alike = new Map<string, RowBefore[]>();
  readonly #byId = new Map<string, RowBefore>();
  readonly #taken = new Set<RowBefore>();

  /** Keys of all ids. */
  get ids(): ReadonlyMap<string, unknown> {
    return this.#byId;
  }

  get total(): number {
    return this.#rows.length;
  }

  add(clip: Clip, came: Pick<RowBefore, 'outcome' | 'tasks'>): void {
    const { row: at, id, idMade = false, params } = clip;
    const row: RowBefore = {
      ...{ row: at, id, idMade },
      ...(params !== undefined && { params }),
      ...came,
    };
    this.#rows.push(row);
    this.#byId.set(idKey(id), row);
    for (const digest of digestsOf(clip)) {
      const alike = this.#alike.get(digest);
      if (alike) alike.push(row);
      else this.#alike.set(digest, [row]);
    }
  }

  /**
   * The row that a corrected one is about: the one of its id, also of an id that was made up; for a row
   * without an id one that is the same.
   * @param own keys of the ids that rows of the corrected manifest bear themselves
   */
  pair(clip: Clip, own: Pick<ReadonlySet<string>, 'has'>): Pair | undefined {
    const same = this.#takeAlike(clip, own);
    if (same) return { was: same, same: true };
    const was = clip.idMade ? undefined : this.#byId.get(idKey(clip.id));
    if (!was || this.#taken.has(was)) return undefined;
    this.#taken.add(was);
    return { was, same: false };
  }

  #takeAlike(clip: Clip, own: Pick<ReadonlySet<string>, 'has'>): RowBefore | undefined {
    const [digest = ''] = digestsOf(clip);
    const alike = this.#alike.get(digest) ?? [];
    for (let row = alike.shift(); row; row = alike.shift()) {
      const isNamed = clip.idMade && own.has(idKey(row.id)); // by another row
      if (this.#taken.has(row) || isNamed) continue;
      this.#taken.add(row);
      return row;
    }
    return undefined;
  }

  /** Rows that no corrected one was about. */
  *left(): Iterable<RowBefore> {
    for (const row of this.#rows) if (!this.#taken.has(row)) yield row;
  }

  /** `params` of the row with this id. */
  paramsOf(id: string): string | undefined {
    return this.#byId.get(idKey(id))?.params;
  }
}

/**
 * By all that decides what is submitted, and under which name. An id that was made up is the clip's own
 * in the results, so a row with one is found by it as well.
 */
function digestsOf(row: Clip): string[] {
  const { id, idMade, fileLink, version, excerpt, prompt, prompts = [], params } = row;
  return (idMade ? [null, id] : [id]).map((name) => {
    const link = fileLink + fragmentOf(excerpt);
    const clip = version === undefined ? link : [link, version];
    const parts = JSON.stringify([name, clip, prompt.trim(), params ?? null, ...prompts]);
    return hash('sha256', parts, 'base64').slice(0, 22);
  });
}
