// How events change one clip. Pure: changes the clip it is given and returns the effect on the batch.
//
// C1 to C3 are in adoption.ts.
// C4. A clip submitted while an earlier POST's outcome is unknown is a possible duplicate, for good.
// C5. `throttled` and `denied` never count against a clip.
import type { BatchOptions } from '../../contract/batch.js';
import type { RecalledTask, SubmitClipOutput, TaskEnd } from '../../contract/activities.js';
import type { ActiveClip } from '../../contract/carried.js';
import type { VendorFailure } from '../../contract/failure.js';
import { again, disown, own, unresolved } from './adoption.js';
import { settle, type Effect } from './effect.js';

/** After this many failed queries, an adopted task is taken to be not ours. */
const MAX_ADOPTION_FAILURES = 3;
const MAX_BACKOFF_MS = 60_000;

export function newClip(row: number, now: number): ActiveClip {
  return { row, phase: 'ready', attempt: 0, notBefore: now };
}

/** A clip whose task an earlier round left at the vendor: the vendor is queried before it is paid again. */
export function recalledClip(
  { row, taskId, attempts, possibleDuplicate }: RecalledTask,
  now: number,
  options: BatchOptions,
): ActiveClip {
  return {
    ...{ row, phase: 'waiting', attempt: attempts, notBefore: now },
    ...{ taskId, taskAttempt: attempts, earlier: true },
    ...{ askAt: now, deadline: now + options.taskTimeoutMs },
    ...(possibleDuplicate && { possibleDuplicate }),
  };
}

/** Exponential from `retryBackoffMs`, at most a minute. */
export function backoff(failures: number, options: BatchOptions): number {
  return Math.min(options.retryBackoffMs * 2 ** Math.max(0, failures - 1), MAX_BACKOFF_MS);
}

/** Its POST is being made. */
export function submitting(clip: ActiveClip): void {
  clip.phase = 'submitting';
  clip.attempt += 1;
}

export function submitted(
  clip: ActiveClip,
  answer: SubmitClipOutput,
  now: number,
  options: BatchOptions,
): Effect {
  const sent = answer.kind === 'accepted' || answer.kind === 'unknown';
  if ('attempt' in answer) clip.attempt = answer.attempt;
  if (sent && clip.orphans?.length) clip.possibleDuplicate = true; // C4
  switch (answer.kind) {
    case 'late':
    case 'held':
      clip.attempt -= 1; // no POST was sent
      return again(clip, now, 0, options);
    case 'accepted': {
      const early = clip.claims?.find((claim) => claim.taskId === answer.taskId);
      clip.claims = clip.claims?.filter(({ attempt }) => clip.orphans?.includes(attempt)) ?? [];
      delete clip.retries;
      return own(clip, answer.taskId, clip.attempt, now, {
        hinted: early?.terminal ?? false,
        askAfterMs: answer.callback ? options.callbackGraceMs : options.pollIntervalMs,
        options,
      });
    }
    case 'unknown':
      clip.orphans = [...(clip.orphans ?? []), clip.attempt];
      return lost(
        unresolved(
          clip,
          now,
          answer.callback ? options.callbackGraceMs : backoff(clip.orphans.length, options),
          options,
        ),
      );
    case 'refused':
      return refused(clip, answer.failure, now, options);
  }
}

/** One more submission may have been charged, unless a callback has named its task already. */
function lost(effect: Effect): Effect {
  return { ...effect, unknown: (effect.unknown ?? 0) + 1 };
}

function refused(
  clip: ActiveClip,
  failure: VendorFailure,
  now: number,
  options: BatchOptions,
): Effect {
  switch (failure.class) {
    case 'throttled':
      return { throttled: failure, ...again(clip, now, 0, options) }; // C5
    case 'denied':
      return { denied: failure, ...again(clip, now, 0, options) }; // C5
    case 'rejected':
      return settle(clip, 'rejected', failure.code, failure.message);
    case 'retry': {
      clip.retries = (clip.retries ?? 0) + 1;
      if (clip.retries > options.maxRetries) {
        return settle(clip, 'failed', failure.code, failure.message);
      }
      const wait = Math.max(failure.retryAfterMs ?? 0, backoff(clip.retries, options));
      return again(clip, now, wait, options);
    }
  }
}

export function taskEnded(
  clip: ActiveClip,
  end: TaskEnd,
  now: number,
  options: BatchOptions,
): Effect {
  delete clip.troubles;
  if (clip.earlier && end.status !== 'succeeded') return forget(clip, now, options);
  const reason = end.reason ?? 'the vendor gave no reason';
  if (end.status !== 'succeeded' && end.code !== undefined) {
    if (end.class === 'rejected') return settle(clip, 'rejected', end.code, reason);
    if (end.class === 'denied') {
      const denied: VendorFailure = { class: 'denied', code: end.code, message: reason };
      // C5. Not endless, because a user must resume the account each time.
      return { denied, ...again(clip, now, 0, options) };
    }
  }
  switch (end.status) {
    case 'succeeded':
      clip.phase = 'ended';
      clip.notBefore = now;
      return {};
    case 'cancelled':
      return settle(clip, 'cancelled', end.code ?? 'task_cancelled', reason);
    case 'failed':
      clip.failedEnds = (clip.failedEnds ?? 0) + 1;
      return clip.failedEnds > options.maxFailedResubmissions
        ? settle(clip, 'failed', end.code ?? 'task_failed', reason)
        : again(clip, now, backoff(clip.failedEnds, options), options);
    case 'timed_out':
      clip.timedOutEnds = (clip.timedOutEnds ?? 0) + 1;
      return clip.timedOutEnds > options.maxTimedOutResubmissions
        ? settle(clip, 'failed', end.code ?? 'task_timed_out', reason)
        : again(clip, now, backoff(clip.timedOutEnds, options), options);
  }
}

/** When its current task was accepted (epoch ms). */
export function submittedAt({ deadline = Infinity }: ActiveClip, options: BatchOptions): number {
  return deadline - options.taskTimeoutMs;
}

/** Factors within which the vendor's hint may change the poll interval: its unit is not documented. */
const LEAST_POLL = 0.5;
const MOST_POLL = 4;

/**
 * The vendor was queried, and the task has not ended.
 * @param waitSeconds after which the vendor suggests the next query
 */
export function stillRunning(
  clip: ActiveClip,
  now: number,
  options: BatchOptions,
  waitSeconds?: number,
): Effect {
  delete clip.troubles;
  if (now >= (clip.deadline ?? Infinity)) {
    return settle(clip, 'failed', 'task_timeout', 'the vendor did not end the task in time');
  }
  const { pollIntervalMs } = options;
  const hinted = waitSeconds === undefined ? pollIntervalMs : waitSeconds * 1000;
  const least = Math.ceil(pollIntervalMs * LEAST_POLL);
  askAgain(clip, now, Math.min(Math.max(hinted, least), pollIntervalMs * MOST_POLL));
  return {};
}

/** The vendor was queried, and gave no usable answer. */
export function queryFailed(
  clip: ActiveClip,
  failure: VendorFailure,
  now: number,
  options: BatchOptions,
): Effect {
  const wait = Math.max(failure.retryAfterMs ?? 0, options.pollIntervalMs);
  if (failure.class === 'denied' || failure.class === 'throttled') {
    askAgain(clip, now, wait);
    return failure.class === 'denied' ? { denied: failure } : {}; // C5
  }
  clip.troubles = (clip.troubles ?? 0) + 1;
  if (clip.earlier && failure.class === 'rejected') return forget(clip, now, options);
  const rival = clip.claims?.some(({ attempt }) => attempt === clip.taskAttempt);
  const doubted = rival || failure.class === 'rejected' || clip.troubles >= MAX_ADOPTION_FAILURES;
  if (clip.adopted && doubted) return disown(clip, now, options);
  const spent = failure.class === 'rejected' && clip.troubles > options.maxRetries;
  if (spent || now >= (clip.deadline ?? Infinity)) {
    return settle(clip, 'failed', failure.code, failure.message);
  }
  askAgain(clip, now, Math.max(wait, backoff(clip.troubles, options)));
  return {};
}

/** The task succeeded, but its soundtrack could not be downloaded. */
export function downloadFailed(
  clip: ActiveClip,
  failure: VendorFailure,
  now: number,
  options: BatchOptions,
): Effect {
  const counts = failure.class !== 'denied' && failure.class !== 'throttled'; // C5
  if (counts) clip.troubles = (clip.troubles ?? 0) + 1;
  if (failure.class === 'rejected' || (clip.troubles ?? 0) > options.maxRetries) {
    // The task will never have a result; every retry of the batch would fail at it again.
    if (clip.earlier && failure.code === 'result_missing') return forget(clip, now, options);
    return settle(clip, 'failed', failure.code, failure.message);
  }
  const wait = Math.max(failure.retryAfterMs ?? 0, backoff(clip.troubles ?? 1, options));
  clip.notBefore = now + wait;
  return failure.class === 'denied' ? { denied: failure } : {};
}

/** The task of an earlier round has no result, so the clip is submitted again. */
function forget(clip: ActiveClip, now: number, options: BatchOptions): Effect {
  delete clip.earlier;
  delete clip.begun;
  delete clip.slow;
  delete clip.taskId;
  delete clip.taskAttempt;
  delete clip.deadline;
  return again(clip, now, 0, options);
}

function askAgain(clip: ActiveClip, now: number, waitMs: number): void {
  const deadline = clip.deadline ?? Infinity;
  clip.askAt = deadline > now ? Math.min(now + waitMs, deadline) : now + waitMs;
}

/** Whether a submission of the clip may have a task at the vendor that has not ended. */
export function isAtVendor(clip: ActiveClip | undefined, attempt: number): boolean {
  if (clip?.phase === 'waiting') return (clip.taskAttempt ?? clip.attempt) === attempt;
  const isPosted = clip?.phase === 'submitting' || clip?.phase === 'unresolved';
  return isPosted && clip.attempt === attempt;
}
