// Remembers on disk which POSTs were begun and how they ended, so that a worker killed around one
// leaves unknown only the one whose answer really was under way.
//
// J1. A POST leaves only after its intent is on disk.
// J2. Each worker appends to a file of its own; all files of the batch are read to find a POST.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { SubmitClipOutput } from '../contract/activities.js';
import type { Store } from '../store/store.js';

const FOLDER = 'submissions/';

/** One POST, and which try of its activity made it. */
export interface PostKey {
  round: number;
  row: number;
  attempt: number;
  activityTry: number;
}

/** An answer that leaves no doubt. */
export type Answer = Exclude<SubmitClipOutput, { kind: 'unknown' }>;

const Failure = z.object({
  class: z.enum(['retry', 'throttled', 'rejected', 'denied']),
  code: z.string(),
  message: z.string(),
  retryAfterMs: z.number().exactOptional(),
});
const Record = z.object({
  post: z.string(),
  try: z.number(),
  answer: z
    .union([
      z.object({ kind: z.literal('accepted'), taskId: z.string(), callback: z.boolean() }),
      z.object({ kind: z.literal('refused'), failure: Failure }),
    ])
    .exactOptional(),
});
type Record = z.infer<typeof Record>;

export class SubmissionJournal {
  readonly #file = `${FOLDER}${randomBytes(6).toString('hex')}.jsonl`; // J2

  constructor(private readonly store: Store) {}

  /** Resolves once the intent is on disk. */
  begin(key: PostKey): Promise<void> {
    return this.#append({ post: nameOf(key), try: key.activityTry });
  }

  /** Resolves once the answer is on disk. */
  end(key: PostKey, answer: Answer): Promise<void> {
    return this.#append({ post: nameOf(key), try: key.activityTry, answer });
  }

  /**
   * What earlier tries of the activity left: `none` = no POST ever left; `begun` = one may have, with
   * no answer known; else the answer.
   */
  async find(key: PostKey): Promise<'none' | 'begun' | Answer> {
    const tries = new Map<number, Answer | 'begun'>();
    for await (const { try: activityTry, answer } of this.#records(nameOf(key))) {
      if (answer?.kind === 'accepted') return answer;
      if (answer || !tries.has(activityTry)) tries.set(activityTry, answer ?? 'begun');
    }
    const ends = [...tries.values()];
    return ends.includes('begun') ? 'begun' : (ends.at(-1) ?? 'none');
  }

  async *#records(post: string): AsyncIterable<Record> {
    for (const file of await this.store.list(FOLDER)) {
      const text = (await this.store.readText(file)) ?? '';
      for (const line of text.split('\n')) {
        if (line.includes(`"${post}"`)) yield parse(line) ?? { post, try: -1 };
      }
    }
  }

  #append(record: Record): Promise<void> {
    return this.store.append(this.#file, `${JSON.stringify(record)}\n`);
  }
}

function nameOf({ round, row, attempt }: PostKey): string {
  return `${round}.${row}.${attempt}`;
}

/** A line torn by a power cut is unreadable; its POST may have left. */
function parse(line: string): Record | undefined {
  try {
    return Record.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
