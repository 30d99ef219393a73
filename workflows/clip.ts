// What becomes of one clip when something happens to it. Pure: changes the clip it is given and says
// what else follows.
//
// C1. A callback is a hint: it makes the batch ask the vendor, it never decides an outcome.
// C2. Only a callback for a POST whose answer was lost can name a task; all others must name the task
//     already known, or they change nothing.
// C3. Before a clip is submitted again, a task that an earlier POST of unknown outcome turned out to
//     have made is adopted instead.
// C4. A clip submitted while an earlier POST's outcome is unknown is a possible duplicate, for good.
// C5. `throttled` and `denied` never count against a clip.
import type { BatchOptions } from '../contract/batch.js';
import type { SubmitClipOutput, TaskEnd } from '../contract/activities.js';
import type { TaskCallback } from '../contract/callback.js';
import type { ActiveClip } from '../contract/carried.js';
import type { Outcome, OutcomeStatus } from '../contract/clip.js';
import type { VendorFailure } from '../contract/failure.js';

/** Status codes from here on are terminal, in callbacks and result queries alike. */
const FIRST_TERMINAL_STATUS = 3;
/** More claims than this for one clip come from someone who guesses. */
const MAX_CLAIMS = 4;
/** Submissions of unknown outcome for one clip; each may have been paid for. */
const MAX_UNKNOWN = 2;
/** An adopted task that the vendor does not know, asked this often, was not ours. */
const MAX_ADOPTION_TROUBLES = 3;
const MAX_BACKOFF_MS = 60_000;

/** What follows for the batch; an empty effect means the clip stays in the window. */
export interface Effect {
  /** The clip has its outcome and leaves the window. */
  settled?: Outcome;
  throttled?: VendorFailure;
  denied?: VendorFailure;
  /** Submissions that turned out to be accepted (or, negative, not to be ours). */
  submissions?: number;
}

export function newClip(row: number, now: number): ActiveClip {
  return { row, phase: 'ready', attempt: 0, notBefore: now };
}

/** Exponential from `retryBackoffMs`, at most a minute. */
export function backoff(failures: number, options: BatchOptions): number {
  return Math.min(options.retryBackoffMs * 2 ** Math.max(0, failures - 1), MAX_BACKOFF_MS);
}

/** Its POST is being made. */
export function submitting(clip: ActiveClip): void {
  clip.phase = 'submitting';
  clip.attempt += 1;
  if (clip.orphans?.length) clip.possibleDuplicate = true; // C4
}

export function submitted(
  clip: ActiveClip,
  answer: SubmitClipOutput,
  now: number,
  options: BatchOptions,
): Effect {
  switch (answer.kind) {
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
      return unresolved(
        clip,
        now,
        answer.callback ? options.callbackGraceMs : backoff(clip.orphans.length, options),
        options,
      );
    case 'refused':
      return refused(clip, answer.failure, now, options);
  }
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

/** A callback with a valid MAC, for this clip and round. */
export function calledBack(
  clip: ActiveClip,
  callback: TaskCallback,
  now: number,
  options: BatchOptions,
): Effect {
  const terminal = callback.status >= FIRST_TERMINAL_STATUS;
  if (clip.phase === 'waiting' && clip.taskId === callback.taskId) {
    if (terminal) clip.hinted = true; // C1
    return {};
  }
  const inQuestion =
    (clip.phase === 'submitting' && callback.attempt === clip.attempt) ||
    (clip.adopted && callback.attempt === clip.taskAttempt) ||
    clip.orphans?.includes(callback.attempt);
  if (!inQuestion) return {}; // C2
  const claims = (clip.claims ??= []);
  const known = claims.find((claim) => claim.taskId === callback.taskId);
  if (known) known.terminal ||= terminal;
  else if (claims.length < MAX_CLAIMS) {
    claims.push({ attempt: callback.attempt, taskId: callback.taskId, terminal });
  }
  const free = clip.phase === 'unresolved' || clip.phase === 'ready';
  return (free ? adopt(clip, now, options) : undefined) ?? {};
}

/** No callback named the task in time: submit again, unless that went wrong before. */
export function adoptionExpired(clip: ActiveClip, now: number): Effect {
  if ((clip.orphans?.length ?? 0) >= MAX_UNKNOWN) {
    const message = `the answers to ${MAX_UNKNOWN} submissions were lost, and no callback came`;
    return settle(clip, 'failed', 'submit_unknown', message);
  }
  clip.phase = 'ready';
  clip.notBefore = now;
  return {};
}

export function taskEnded(
  clip: ActiveClip,
  end: TaskEnd,
  now: number,
  options: BatchOptions,
): Effect {
  delete clip.troubles;
  const reason = end.reason ?? 'the vendor gave no reason';
  switch (end.status) {
    case 'succeeded':
      clip.phase = 'ended';
      clip.notBefore = now;
      return {};
    case 'cancelled':
      return settle(clip, 'cancelled', 'task_cancelled', reason);
    case 'failed':
      clip.failedEnds = (clip.failedEnds ?? 0) + 1;
      return clip.failedEnds > options.maxFailedResubmissions
        ? settle(clip, 'failed', 'task_failed', reason)
        : again(clip, now, backoff(clip.failedEnds, options), options);
    case 'timed_out':
      clip.timedOutEnds = (clip.timedOutEnds ?? 0) + 1;
      return clip.timedOutEnds > options.maxTimedOutResubmissions
        ? settle(clip, 'failed', 'task_timed_out', reason)
        : again(clip, now, backoff(clip.timedOutEnds, options), options);
  }
}

/** Asked, and the task is not over. */
export function stillRunning(clip: ActiveClip, now: number, options: BatchOptions): Effect {
  delete clip.troubles;
  if (now >= (clip.deadline ?? Infinity)) {
    return settle(clip, 'failed', 'task_timeout', 'the vendor did not end the task in time');
  }
  askAgain(clip, now, options.pollIntervalMs);
  return {};
}

/** Asked, and the vendor gave no usable answer. */
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
  const rival = clip.claims?.some(({ attempt }) => attempt === clip.taskAttempt);
  const doubted = rival || failure.class === 'rejected' || clip.troubles >= MAX_ADOPTION_TROUBLES;
  if (clip.adopted && doubted) return disown(clip, now, options);
  const spent = failure.class === 'rejected' && clip.troubles > options.maxRetries;
  if (spent || now >= (clip.deadline ?? Infinity)) {
    return settle(clip, 'failed', failure.code, failure.message);
  }
  askAgain(clip, now, Math.max(wait, backoff(clip.troubles, options)));
  return {};
}

/** The task succeeded and its soundtrack could not be had. */
export function downloadFailed(
  clip: ActiveClip,
  failure: VendorFailure,
  now: number,
  options: BatchOptions,
): Effect {
  if (failure.class !== 'denied') clip.troubles = (clip.troubles ?? 0) + 1;
  if (failure.class === 'rejected' || (clip.troubles ?? 0) > options.maxRetries) {
    return settle(clip, 'failed', failure.code, failure.message);
  }
  const wait = Math.max(failure.retryAfterMs ?? 0, backoff(clip.troubles ?? 1, options));
  clip.notBefore = now + wait;
  return failure.class === 'denied' ? { denied: failure } : {};
}

/** The batch is being cancelled; a task at the vendor stays named, so that paid work can be found. */
export function cancelled(clip: ActiveClip): Outcome {
  return outcome(clip, 'cancelled', 'batch_cancelled', 'the batch was cancelled');
}

function askAgain(clip: ActiveClip, now: number, waitMs: number): void {
  const deadline = clip.deadline ?? Infinity;
  clip.askAt = deadline > now ? Math.min(now + waitMs, deadline) : now + waitMs;
}

function again(clip: ActiveClip, now: number, waitMs: number, options: BatchOptions): Effect {
  clip.phase = 'ready';
  clip.notBefore = now + waitMs;
  delete clip.hinted;
  return adopt(clip, now, options) ?? {}; // C3
}

function unresolved(clip: ActiveClip, now: number, waitMs: number, options: BatchOptions): Effect {
  clip.phase = 'unresolved';
  clip.notBefore = now + waitMs;
  return adopt(clip, now, options) ?? {};
}

function adopt(clip: ActiveClip, now: number, options: BatchOptions): Effect | undefined {
  const claim = clip.claims?.find(({ attempt }) => clip.orphans?.includes(attempt));
  if (!claim) return undefined;
  clip.claims = clip.claims?.filter((other) => other !== claim) ?? [];
  clip.orphans = clip.orphans?.filter((attempt) => attempt !== claim.attempt) ?? [];
  const effect = own(clip, claim.taskId, claim.attempt, now, {
    hinted: claim.terminal,
    askAfterMs: options.callbackGraceMs,
    options,
  });
  clip.adopted = true;
  return effect;
}

function disown(clip: ActiveClip, now: number, options: BatchOptions): Effect {
  if (clip.taskAttempt !== undefined) clip.orphans = [...(clip.orphans ?? []), clip.taskAttempt];
  delete clip.taskId;
  delete clip.adopted;
  delete clip.troubles;
  const next = unresolved(clip, now, options.callbackGraceMs, options);
  return { ...next, submissions: (next.submissions ?? 0) - 1 };
}

function own(
  clip: ActiveClip,
  taskId: string,
  attempt: number,
  now: number,
  how: { hinted: boolean; askAfterMs: number; options: BatchOptions },
): Effect {
  clip.phase = 'waiting';
  clip.taskId = taskId;
  clip.taskAttempt = attempt;
  clip.deadline = now + how.options.taskTimeoutMs;
  clip.askAt = Math.min(now + how.askAfterMs, clip.deadline);
  delete clip.adopted;
  delete clip.troubles;
  if (how.hinted) clip.hinted = true;
  else delete clip.hinted;
  return { submissions: 1 };
}

function settle(clip: ActiveClip, status: OutcomeStatus, code: string, message: string): Effect {
  return { settled: outcome(clip, status, code, message) };
}

function outcome(
  clip: ActiveClip,
  status: OutcomeStatus,
  errorCode: string,
  errorMessage: string,
): Outcome {
  return {
    row: clip.row,
    status,
    ...(clip.taskId !== undefined && { taskId: clip.taskId }),
    attempts: clip.attempt,
    errorCode,
    errorMessage,
    ...(clip.possibleDuplicate && { possibleDuplicate: true }),
  };
}
