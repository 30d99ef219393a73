// Which task a clip waits for: the one that the vendor's answer named or, if that answer was lost, the one
// that a callback names. Pure: changes the clip it is given and returns the effect on the batch.
//
// C1. A callback is a hint: it makes the batch ask the vendor, it never decides an outcome.
// C2. Only a callback for a POST whose answer was lost can name a task; all others must name the task
//     already known, or they change nothing.
// C3. Before a clip is submitted again, a task that an earlier POST of unknown outcome turned out to
//     have made is adopted instead.
import type { BatchOptions } from '../../contract/batch.js';
import type { TaskCallback } from '../../contract/callback.js';
import type { ActiveClip } from '../../contract/carried.js';
import { settle, type Effect } from './effect.js';

/** Status codes from here on are terminal, in callbacks and result queries alike. */
const FIRST_TERMINAL_STATUS = 3;
/** More claims than this for one clip are guesses. */
const MAX_CLAIMS = 4;
/** Submissions of unknown outcome for one clip; each may have been paid for. */
const MAX_UNKNOWN = 2;

/** A callback with a valid MAC, for this clip and round. */
export function calledBack(
  clip: ActiveClip,
  callback: TaskCallback,
  now: number,
  options: BatchOptions,
): Effect {
  const terminal = callback.status >= FIRST_TERMINAL_STATUS;
  if (clip.phase === 'waiting' && clip.taskId === callback.taskId) {
    if (terminal) clip.hintedAt ??= now; // C1
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

/** No callback named the task in time: submit again, unless too many answers were lost. */
export function adoptionExpired(clip: ActiveClip, now: number): Effect {
  if ((clip.orphans?.length ?? 0) >= MAX_UNKNOWN) {
    const message = `the answers to ${MAX_UNKNOWN} submissions were lost, and no callback arrived`;
    return settle(clip, 'failed', 'submit_unknown', message);
  }
  clip.phase = 'ready';
  clip.notBefore = now;
  return {};
}

/** To be submitted again after a wait. */
export function again(
  clip: ActiveClip,
  now: number,
  waitMs: number,
  options: BatchOptions,
): Effect {
  clip.phase = 'ready';
  clip.notBefore = now + waitMs;
  delete clip.hintedAt;
  return adopt(clip, now, options) ?? {}; // C3
}

/** The outcome of its POST is unknown: for a while a callback may still name the task. */
export function unresolved(
  clip: ActiveClip,
  now: number,
  waitMs: number,
  options: BatchOptions,
): Effect {
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
  return { ...effect, unknown: -1 };
}

/** The adopted task does not belong to this clip. */
export function disown(clip: ActiveClip, now: number, options: BatchOptions): Effect {
  if (clip.taskAttempt !== undefined) clip.orphans = [...(clip.orphans ?? []), clip.taskAttempt];
  delete clip.taskId;
  delete clip.adopted;
  delete clip.troubles;
  const next = unresolved(clip, now, options.callbackGraceMs, options);
  return { ...next, submissions: (next.submissions ?? 0) - 1, unknown: (next.unknown ?? 0) + 1 };
}

/** The clip has a task at the vendor. */
export function own(
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
  delete clip.earlier;
  delete clip.troubles;
  if (how.hinted) clip.hintedAt = now;
  else delete clip.hintedAt;
  return { submissions: 1 };
}
