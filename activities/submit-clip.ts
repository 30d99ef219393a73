// Makes one POST for one clip at its moment, and never the same POST twice.
import { Context, log } from '@temporalio/activity';
import type { SubmitClipInput, SubmitClipOutput } from '../contract/activities.js';
import { noteAccepted } from './accepted-tasks.js';
import { currentRun } from './batch-id.js';
import type { Clip } from '../contract/clip.js';
import { unlessChanged, type Change } from './changed-file.js';
import { expiredLink } from './expired-link.js';
import { sentClip } from './fitting/proxies.js';
import type { OpenBatches } from './batch-files.js';
import type { ActivityDependencies } from './dependencies.js';
import { countSubmission } from './metrics.js';
import { paramsOf } from './params.js';
import { lookBack, withAttempt, rivalEnd, type PastLook } from './past-posts.js';
import type { SubmissionHold } from './submission-hold.js';
import type {
  JournalAnswer,
  PostAnswer,
  PostKey,
  SubmissionJournal,
  Watch,
} from './submission-journal.js';

/**
 * A1. Below the heartbeat timeout of `submitClip` (10 s). A worker that took longer from receiving the
 * activity to its POST (a closed laptop) may have been replaced, so it must not post.
 */
const LEASE_MS = 8000;
/** Moments are given out at most 2 s ahead; a longer wait means that clocks differ. */
const MAX_WAIT_MS = 4000;

/** The intent is written this long before the moment, so that a slow disk does not delay the submission. */
const INTENT_MS = 50;

const STALLED: JournalAnswer = {
  kind: 'refused',
  failure: {
    class: 'retry',
    code: 'worker_stalled',
    message: 'the worker stalled before the submission; nothing was sent',
  },
};

/** What submissions of this worker share. */
export interface SubmitDependencies extends Pick<
  ActivityDependencies,
  'vendor' | 'delivery' | 'callbackUrl'
> {
  batches: OpenBatches;
  hold: SubmissionHold;
}

/**
 * Makes one POST, or returns the answer of one that was made before.
 * @param takenAt when this worker took the activity; epoch ms
 * @throws errors of the store: nothing was sent, or the journal tells at the next try what came of it; AbortError
 *   when the activity is cancelled before the POST
 */
export function createSubmit(
  dependencies: SubmitDependencies,
): (input: SubmitClipInput, takenAt: number) => Promise<SubmitClipOutput> {
  const { vendor, delivery, callbackUrl, batches, hold } = dependencies;
  return async (input, takenAt) => {
    const { store, round, row } = input;
    const { info, cancellationSignal: signal } = Context.current();
    const { batch, run } = currentRun();
    const files = batches.at(store, round);
    const { journal, snapshot } = files;
    const asked = { round, row, attempt: input.attempt, run, activityTry: info.attempt };
    const callback = callbackUrl({ batch, round, row, attempt: input.attempt }) !== undefined;

    const rivals = await journal.watch(asked);
    try {
      const look: PastLook = { journal, post: asked, callback, signal };
      const past = await lookBack(look);
      if ('made' in past) return past.made;
      const post = { ...asked, attempt: past.attempt };
      return withAttempt(await submit(post, look, rivals), post.attempt, asked);
    } finally {
      rivals.end();
    }

    async function submit(post: PostKey, look: PastLook, rivals: Watch): Promise<SubmitClipOutput> {
      const { notBefore, notAfter }: SubmitClipInput = input;
      const { attempt } = post;
      const clip = await snapshot.clip(row);
      const sent = input.asIs ? clip : await sentClip(files.store, clip);
      const unfit = sent === clip ? unfitFor(clip) : undefined;
      const delivered = unfit
        ? { change: unfit }
        : await unlessChanged(clip, () =>
            delivery.url(files, { batch, round, row, attempt }, sent, signal),
          );
      if ('change' in delivered) {
        const failure = { class: 'rejected', ...delivered.change } as const;
        return await noted(journal, post, { kind: 'refused', failure });
      }
      const latest = takenAt + MAX_WAIT_MS;
      await hold.wait(Math.min(notBefore - INTENT_MS, latest), signal);
      const hindrance = (): JournalAnswer | undefined => {
        if (Date.now() - takenAt > LEASE_MS) return STALLED; // A1
        if (hold.active) return { kind: 'held' };
        return Date.now() > notAfter ? { kind: 'late' } : undefined;
      };
      const early = hindrance();
      // A refusal uses up the attempt's number, so it is noted even before the intent.
      if (early) return early === STALLED ? await noted(journal, post, early) : early;
      await journal.begin(post); // J1
      const rival = await rivals.rival();
      if (rival !== undefined) {
        await noted(journal, post, { kind: 'held' });
        return await rivalEnd(look, rival); // J4
      }
      try {
        await hold.wait(Math.min(notBefore, latest), signal);
      } catch (error) {
        await noted(journal, post, { kind: 'held' }); // else its intent would count as a POST of unknown outcome
        throw error;
      }
      const hindered = hindrance();
      if (hindered) return await noted(journal, post, hindered);

      const url = callbackUrl({ batch, round, row, attempt });
      const from = Date.now();
      const answer = await vendor.submit({
        fileLink: delivered.done,
        prompt: clip.prompt,
        params: paramsOf(clip, batch, { round, attempt }),
        ...(url !== undefined && { callback: url }),
      });
      countSubmission(
        answer.kind === 'unknown' ? 'lost' : answer.kind,
        answer.kind === 'refused' ? answer.failure : undefined,
        { durationMs: Date.now() - from, latenessMs: from - notBefore },
      );
      switch (answer.kind) {
        case 'unknown':
          await noted(journal, post, { kind: 'lost' });
          return { ...answer, callback };
        case 'refused':
          hold.note(answer.failure);
          return await noted(journal, post, answer);
        case 'accepted':
          noteAccepted(answer.taskId);
          return await noted(journal, post, { ...answer, callback });
      }
    }
  };
}

/** Why a clip cannot be submitted as it is. */
function unfitFor(clip: Clip): Change | undefined {
  // The whole clip would get other music than the part that is wanted.
  return clip.excerpt ? PROXY_GONE : expiredLink(clip);
}

const PROXY_GONE: Change = {
  code: 'fit_failed',
  message: 'the part of the clip that was cut for the vendor is gone (retry the batch)',
};

async function noted<One extends PostAnswer>(
  journal: SubmissionJournal,
  post: PostKey,
  answer: One,
): Promise<One> {
  try {
    await journal.end(post, answer);
  } catch (error) {
    // The answer still reaches the workflow; only a crash right now could lose it.
    log.warn('an answer could not be written to the journal', { row: post.row, error });
  }
  return answer;
}
