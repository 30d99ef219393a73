// What a submission finds in the journal before it posts: a POST that was made already is never made again,
// neither by a repeated try nor by a run that began again after a reset.
import { setTimeout as sleep } from 'node:timers/promises';
import type { SubmitClipOutput } from '../contract/activities.js';
import {
  isPaid,
  type Paid,
  type KnownEnd,
  type PostKey,
  type SubmissionJournal,
} from './submission-journal.js';

/**
 * An answer that another run of the batch may still be waiting for is there after so long: longer than a
 * lease (A1) and the time that the vendor has to answer.
 */
const ANSWER_MS = 40_000;
const LOOK_MS = 250;

/** What it takes to look. */
export interface PastLook {
  journal: SubmissionJournal;
  post: PostKey;
  /** Whether the POST's callback can come. */
  callback: boolean;
  signal: AbortSignal;
}

/**
 * The answer to a POST that was made already, or the attempt as which one may be made now.
 *
 * A repeated try gives the refusal that an earlier one met, as the batch has not heard of it. After a reset
 * refusals are of the past: the POST is made as the next attempt, so that none is made twice and every run
 * finds what any other one paid for under the number that it asks for.
 */
export async function lookBack(
  look: PastLook,
): Promise<{ made: SubmitClipOutput } | { attempt: number }> {
  const { journal, post } = look;
  const repeated = post.activityTry > 1;
  const ends = await (repeated ? journal.ends(post) : answered(look));
  const own = ends.get(post.attempt);
  if (repeated && own !== undefined && !isPaid(own)) return { made: own };
  let { attempt } = post;
  while (isRefused(ends.get(attempt))) attempt += 1;
  for (const [paidAs, end] of ends) {
    if (paidAs >= attempt && isPaid(end)) return { made: numbered(paid(look, end), paidAs, post) };
  }
  return { attempt };
}

/**
 * What another one came to that submits the same clip at this moment (J4).
 * @param attempt of its POST
 */
export async function rivalEnd(look: PastLook, attempt: number): Promise<SubmitClipOutput> {
  const ends = await answered({ ...look, post: { ...look.post, attempt } });
  const end = ends.get(attempt);
  return end && isPaid(end) ? numbered(paid(look, end), attempt, look.post) : { kind: 'held' };
}

/** The batch takes the answer for that to the attempt that it asked for, unless another one is named. */
export function numbered<Output extends SubmitClipOutput>(
  output: Output,
  attempt: number,
  asked: { attempt: number },
): Output {
  return attempt === asked.attempt ? output : { ...output, attempt };
}

/** Waits for answers to POSTs that another run may be making. */
async function answered({ journal, post, signal }: PastLook): Promise<Map<number, KnownEnd>> {
  const until = Date.now() + ANSWER_MS;
  for (;;) {
    const ends = await journal.ends(post);
    if (![...ends.values()].includes('begun') || Date.now() >= until) return ends;
    await sleep(LOOK_MS, undefined, { signal });
  }
}

function isRefused(end: KnownEnd | undefined): boolean {
  return typeof end === 'object' && end.kind === 'refused';
}

function paid({ callback }: PastLook, end: Paid): SubmitClipOutput {
  if (typeof end !== 'string') return end;
  const message = end === 'lost' ? 'its answer was lost' : 'the worker stopped';
  return { kind: 'unknown', message, callback };
}
