// Checks the journal before a POST, so that a POST that was already made is never made again, neither by a
// retried activity nor by a run that continues after a reset.
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
 * By then, an answer that another run of the batch may still be waiting for has arrived: longer than a lease
 * (A1) and the time that the vendor has to answer.
 */
const ANSWER_MS = 40_000;
const LOOK_MS = 250;

/** What is needed to check the journal. */
export interface PastLook {
  journal: SubmissionJournal;
  post: PostKey;
  /** Whether the POST's callback can arrive. */
  callback: boolean;
  signal: AbortSignal;
}

/**
 * The answer to a POST that was already made, or the number of the attempt that may be made now.
 *
 * A retried activity returns the refusal that an earlier try got, because the batch does not know it yet.
 * After a reset, earlier refusals do not count: the POST is made as the next attempt. So no attempt is made
 * twice, and every run finds what any other run paid for under the number that it asks for.
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
    if (paidAs >= attempt && isPaid(end))
      return { made: withAttempt(paid(look, end), paidAs, post) };
  }
  return { attempt };
}

/**
 * The result of another submission of the same clip that is under way at the same time (J4).
 * @param attempt of its POST
 */
export async function rivalEnd(look: PastLook, attempt: number): Promise<SubmitClipOutput> {
  const ends = await answered({ ...look, post: { ...look.post, attempt } });
  const end = ends.get(attempt);
  return end && isPaid(end) ? withAttempt(paid(look, end), attempt, look.post) : { kind: 'held' };
}

/** Names the attempt in the answer if it is not the one asked for, which the batch would assume. */
export function withAttempt<Output extends SubmitClipOutput>(
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
