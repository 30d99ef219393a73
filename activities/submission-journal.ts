// Remembers on disk which POSTs were begun and how they ended, so that a worker killed around one
// leaves unknown only the one whose answer really was under way.
//
// J1. A POST leaves only after its intent is on disk.
// J2. Each worker appends to a file of its own; all files of the batch are read to find a POST.
import type { Store } from '../store/store.js';
import {
  JOURNAL_FOLDER,
  lineOf,
  readJournal,
  type Answer,
  type FoundRecord,
} from '../outcomes/journal-records.js';

export type { Answer } from '../outcomes/journal-records.js';

/** One POST, and which try of its activity made it. */
export interface PostKey {
  round: number;
  row: number;
  attempt: number;
  activityTry: number;
}

/** One reading of the journal on behalf of several callers. */
interface Reading {
  wanted: Set<string>;
  found: Promise<Map<string, FoundRecord[]>>;
}

export class SubmissionJournal {
  readonly #file: string;
  /** A reading that has not begun yet. */
  #next: Reading | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @param worker a name that no other worker has (J2) */
  constructor(
    private readonly store: Store,
    worker: string,
  ) {
    this.#file = `${JOURNAL_FOLDER}/${worker}.jsonl`;
  }

  /** Resolves once the intent is on disk. */
  begin(key: PostKey): Promise<void> {
    return this.store.append(this.#file, lineOf({ post: nameOf(key), try: key.activityTry }));
  }

  /** Resolves once the answer is on disk. */
  end(key: PostKey, answer: Answer): Promise<void> {
    const record = { post: nameOf(key), try: key.activityTry, answer };
    return this.store.append(this.#file, lineOf(record));
  }

  /**
   * What earlier tries of the activity left: `none` = no POST ever left; `begun` = one may have, with
   * no answer known; else the answer.
   */
  async find(key: PostKey): Promise<'none' | 'begun' | Answer> {
    const tries = new Map<string, Answer | 'begun'>();
    for (const record of await this.#recordsOf(nameOf(key))) {
      if (record.answer?.kind === 'accepted') return record.answer;
      tries.set(`${record.file} ${record.try}`, record.answer ?? 'begun');
    }
    const ends = [...tries.values()];
    return ends.includes('begun') ? 'begun' : (ends.at(-1) ?? 'none');
  }

  /** After a crash many POSTs are looked for at once; those that come meanwhile share the next reading. */
  async #recordsOf(post: string): Promise<FoundRecord[]> {
    const reading = (this.#next ??= this.#prepare());
    reading.wanted.add(post);
    return (await reading.found).get(post) ?? [];
  }

  #prepare(): Reading {
    const wanted = new Set<string>();
    const found = this.#last.then(() => {
      this.#next = undefined;
      return readJournal(this.store, wanted);
    });
    this.#last = found.catch(() => undefined);
    return { wanted, found };
  }
}

function nameOf({ round, row, attempt }: PostKey): string {
  return `${round}.${row}.${attempt}`;
}
