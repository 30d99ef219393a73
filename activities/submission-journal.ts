// Records on disk which POSTs were begun and how they ended, so that after a worker is killed only a POST
// whose answer was still outstanding has an unknown outcome.
//
// J1. A POST leaves only after its intent is on disk.
// J2. Each worker appends to a file of its own; all files of the batch are read to find a POST.
// J4. After writing an intent, a worker reads the journal again before the POST: of two that submit the same
//     clip at the same time, as the runs before and after a reset may, at least one sees the other and does
//     not post.
import type { Store } from '../store/store.js';
import { JournalIndex } from '../outcomes/journal-index.js';
import {
  byline,
  JOURNAL_FOLDER,
  lineOf,
  postName,
  type JournalAnswer,
  type FoundRecord,
  type PostAnswer,
  type PostPlace,
} from '../outcomes/journal-records.js';

export type { JournalAnswer, PostAnswer } from '../outcomes/journal-records.js';

/** One POST, with the run of the batch and the try of the activity that made it. */
export interface PostKey extends PostPlace {
  run: string;
  activityTry: number;
}

/**
 * What is known about a POST: never begun; begun, but no answer is known yet; begun, but its answer is lost;
 * or its answer.
 */
export type PostEnd = 'none' | 'begun' | 'lost' | JournalAnswer;

export type KnownEnd = Exclude<PostEnd, 'none'>;

/** It cost money, or may have. */
export type Paid = 'begun' | 'lost' | Extract<JournalAnswer, { kind: 'accepted' }>;

export interface Watch {
  /** The attempt of a POST that another try has begun for the clip meanwhile; refused ones are ignored. */
  rival: () => Promise<number | undefined>;
  end: () => void;
}

export class SubmissionJournal {
  readonly #file: string;
  readonly #index: JournalIndex;

  /** @param worker a name that no other worker has (J2) */
  constructor(
    private readonly store: Store,
    worker: string,
  ) {
    this.#file = `${JOURNAL_FOLDER}/${worker}.jsonl`;
    this.#index = new JournalIndex(store);
  }

  /** Resolves once the intent is on disk. */
  begin({ run, activityTry, ...post }: PostKey): Promise<void> {
    return this.store.append(
      this.#file,
      lineOf({ post: postName(post), run, try: activityTry, at: Date.now() }),
    );
  }

  /** Resolves once the answer is on disk. */
  end({ run, activityTry, ...post }: PostKey, answer: PostAnswer): Promise<void> {
    const record = { post: postName(post), run, try: activityTry, at: Date.now(), answer };
    return this.store.append(this.#file, lineOf(record));
  }

  /** The known results of this POST and of later ones of its clip, by attempt, in order. */
  async ends(key: PostPlace): Promise<Map<number, KnownEnd>> {
    const records = await this.#index.recordsFrom(key);
    const attempts = [...new Set(records.map(({ attempt }) => attempt))].sort((a, b) => a - b);
    const ends = new Map<number, KnownEnd>();
    for (const attempt of attempts) {
      const end = endOf(records.filter((record) => record.attempt === attempt));
      if (end !== 'none') ends.set(attempt, end);
    }
    return ends;
  }

  /** The result of one POST. */
  async find(key: PostPlace): Promise<PostEnd> {
    return (await this.ends(key)).get(key.attempt) ?? 'none';
  }

  /**
   * C4 for a clip whose batch was reset: the run that ends it may not know of a POST that another run made
   * later.
   * @param last POST of the clip that this run knows of
   */
  async hasLaterPaid(last: PostPlace): Promise<boolean> {
    const later = await this.ends({ ...last, attempt: last.attempt + 1 });
    return [...later.values()].some(isPaid);
  }

  /** Watches for others that submit the same clip (J4). Must be begun before past POSTs are looked up. */
  async watch(key: PostKey): Promise<Watch> {
    await this.#index.refresh(); // records written before this are past POSTs
    const { records, end } = this.#index.watch(key);
    const ours = byline(this.#file, key.run, key.activityTry);
    const rival = async (): Promise<number | undefined> => {
      await this.#index.refresh();
      const others = records.filter(({ by }) => by !== ours);
      const attempts = [...new Set(others.map(({ attempt }) => attempt))];
      return attempts.find((one) => isPaid(endOf(others.filter(({ attempt }) => attempt === one))));
    };
    return { rival, end };
  }
}

function known(answer: PostAnswer): JournalAnswer | 'lost' {
  if (answer.kind === 'accepted' || answer.kind === 'refused') return answer;
  return answer.kind === 'lost' ? 'lost' : { kind: answer.kind };
}

export function isPaid(came: PostEnd): came is Paid {
  if (typeof came === 'string') return came !== 'none';
  return came.kind === 'accepted';
}

/** @param records of one POST */
function endOf(records: FoundRecord[]): PostEnd {
  const tries = new Map<string, KnownEnd>();
  for (const { by, answer } of records) {
    if (answer?.kind === 'accepted') return answer;
    tries.set(by, answer === undefined ? 'begun' : known(answer));
  }
  const ends = [...tries.values()];
  return ends.find(isPaid) ?? ends.at(-1) ?? 'none';
}
