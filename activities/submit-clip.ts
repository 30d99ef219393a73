// Makes one POST for one clip at its moment, and never the same one twice.
import { setTimeout as sleep } from 'node:timers/promises';
import { Context, log } from '@temporalio/activity';
import type { BatchActivities, SubmitClipOutput } from '../contract/activities.js';
import { currentBatch } from './batch-id.js';
import type { OpenBatches } from './batch-files.js';
import type { ActivityDependencies } from './dependencies.js';
import { withHeartbeat } from './heartbeat.js';
import { paramsOf } from './params.js';
import { SubmissionHold } from './submission-hold.js';
import type { Answer, PostKey, SubmissionJournal } from './submission-journal.js';

/**
 * A1. Below the heartbeat timeout of `submitClip` (10 s). A worker that took longer from getting the
 * activity to its POST (a closed laptop) may have been replaced, so it must not post any more.
 */
const LEASE_MS = 8000;
/** Moments are given out at most 1.5 s ahead; a longer wait means that clocks differ. */
const MAX_WAIT_MS = 4000;

/** The disk is given this long to take the intent, so that a slow one makes no submission late. */
const INTENT_MS = 50;

const STALLED: Answer = {
  kind: 'refused',
  failure: {
    class: 'retry',
    code: 'worker_stalled',
    message: 'the worker stood still before the submission; nothing was sent',
  },
};

export function submitClipActivity(
  { vendor, callbackUrl }: Pick<ActivityDependencies, 'vendor' | 'callbackUrl'>,
  batches: OpenBatches,
): BatchActivities['submitClip'] {
  const hold = new SubmissionHold();
  return ({ store, round, row, attempt, notBefore, notAfter }) => {
    const takenAt = Date.now();
    const { info, cancellationSignal } = Context.current();
    const batch = currentBatch();
    const { journal, snapshot } = batches.at(store, round);
    const post = { round, row, attempt, activityTry: info.attempt };
    const callback = callbackUrl({ batch, round, row, attempt });

    return withHeartbeat(async () => {
      if (info.attempt > 1) {
        const past = await journal.find(post);
        if (past === 'begun') return unknown('the worker stopped', callback);
        if (past !== 'none') return past;
      }
      const clip = await snapshot.clip(row);
      const latest = takenAt + MAX_WAIT_MS;
      await until(Math.min(notBefore - INTENT_MS, latest), cancellationSignal);
      const hindrance = (): Answer | undefined => {
        if (Date.now() - takenAt > LEASE_MS) return STALLED; // A1
        if (hold.active) return { kind: 'held' };
        return Date.now() > notAfter ? { kind: 'late' } : undefined;
      };
      const early = hindrance();
      if (early) return early;
      await journal.begin(post); // J1
      await until(Math.min(notBefore, latest), cancellationSignal);
      const hindered = hindrance();
      if (hindered) return await noted(journal, post, hindered);

      const answer = await vendor.submit({
        fileLink: clip.fileLink,
        prompt: clip.prompt,
        params: paramsOf(clip, batch, { round, attempt }),
        ...(callback !== undefined && { callback }),
      });
      switch (answer.kind) {
        case 'unknown':
          return unknown(answer.message, callback);
        case 'refused':
          hold.note(answer.failure);
          return await noted(journal, post, answer);
        case 'accepted':
          return await noted(journal, post, { ...answer, callback: callback !== undefined });
      }
    });
  };
}

/** Resolves at a moment (epoch ms), never before; timers may ring a little early. */
async function until(moment: number, signal: AbortSignal): Promise<void> {
  for (let left = moment - Date.now(); left > 0; left = moment - Date.now()) {
    await sleep(Math.ceil(left), undefined, { signal });
  }
}

async function noted(journal: SubmissionJournal, post: PostKey, answer: Answer): Promise<Answer> {
  try {
    await journal.end(post, answer);
  } catch (error) {
    // The answer still reaches the workflow; only a crash right now could lose it.
    log.warn('the journal did not take an answer', { row: post.row, error });
  }
  return answer;
}

function unknown(message: string, callback: string | undefined): SubmitClipOutput {
  return { kind: 'unknown', message, callback: callback !== undefined };
}
