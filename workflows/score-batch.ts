// Owns one batch from its first page to its summary. Knows nothing of HTTP or files.
import {
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { BatchActivities } from '../contract/activities.js';
import type { BatchProgress, ScoreBatchInput } from '../contract/batch.js';
import type { BatchSummary } from '../contract/clip.js';
import type { BatchRequest } from '../contract/request.js';
import { mediaQueueOf } from '../contract/names.js';
import { AccountLink } from './account-link.js';
import { Alarm } from './alarm.js';
import { BatchRun } from './batch-run.js';
import { BatchState } from './batch-state.js';
import { newTally, tripped } from './breaker.js';
import { capText } from './cap.js';
import { StatusAttribute } from './attributes.js';
import { openBatchOf, PAUSED_BY_HAND, type Opened } from './intake.js';
import { Notifier } from './notifying.js';
import { pauseNotice } from './pause-notice.js';
import { Membership, type Identity } from './membership.js';
import {
  pauseSignal,
  progressQuery,
  resumeSignal,
  shareSignal,
  taskCallbacksSignal,
} from './messages.js';
import { detailsOf, progressOf } from './progress.js';
import { Work } from './work.js';

/** A history of this size continues as new; the server refuses at 50 MB and warns at 10. */
const HISTORY_BYTES = 8 * 1024 * 1024;
/**
 * From these shares of the history bound on no page and no download is begun, so that none is under way
 * at the end, when nothing is submitted.
 */
const LAST_PAGES = 0.9;
const LAST_DOWNLOADS = 0.95;

/** Callbacks that come at shorter intervals than this are likely to meet any one workflow task. */
const CALLED_BACK_OFTEN_MS = 200;

const RETRY = { initialInterval: '1s', maximumInterval: '30s' } as const;

const PAGE_OPTIONS = { startToCloseTimeout: '1h', heartbeatTimeout: '30s', retry: RETRY } as const;

const { preparePage, finalizeBatch } = proxyActivities<BatchActivities>(PAGE_OPTIONS);
const { joinAccount } = proxyActivities<BatchActivities>({
  startToCloseTimeout: '30s',
  retry: RETRY,
});
const { submitClip } = proxyActivities<BatchActivities>({
  startToCloseTimeout: '3m',
  heartbeatTimeout: '10s',
  retry: RETRY, // a repeated attempt never repeats the POST: see activities/submit-clip.ts
});
const { queryTasks, finishClips } = proxyActivities<BatchActivities>({
  startToCloseTimeout: '15m',
  heartbeatTimeout: '20s',
  retry: RETRY,
});
const plainActivities = { preparePage, submitClip, queryTasks, finishClips, finalizeBatch };

/**
 * Scores one batch: opens it if a request asks for it, leaves out what was scored before, and scores the
 * rest.
 * @param given from a client of this package, which has frozen the manifest; or, as a request, from any
 *   other program
 */
export async function scoreBatch(given: ScoreBatchInput | BatchRequest): Promise<BatchSummary> {
  return await score(await openBatchOf(given));
}

/**
 * Prepares its rows page by page, submits them at the pace, waits for each task,
 * records every outcome and writes the results.
 *
 * Cancelling it stops submissions, records what is open as `cancelled` and still writes the results.
 */
async function score({ input, pause }: Opened): Promise<BatchSummary> {
  const state = new BatchState(input, Date.now());
  state.pause ??= pause;
  let awake = true;
  const wake = (): void => void (awake = true);
  const activities = { ...plainActivities, ...(input.options.probe && probingOnItsOwn()) };
  const membership = new Membership(identityOf(input), state.membership);
  const link = new AccountLink(membership, joinAccount, wake);
  const work = new Work(wake);
  const run = new BatchRun({ input, state, membership, activities, work });
  let phase: BatchProgress['state'] = 'running';
  const isPaused = (): boolean =>
    phase === 'running' && (state.pause ?? membership.paused) !== undefined;
  const pauseReason = (): string | undefined =>
    isPaused() ? (membership.paused ?? state.pause) : undefined;
  const { name, store: results } = input;
  let ended: BatchSummary | undefined;
  const notifier = new Notifier(input.options.notify?.url, () => {
    const { counts, submissions } = ended ?? state;
    return { name, counts: { ...counts }, submissions, results };
  });
  const attribute = new StatusAttribute(input.attributes ?? false, input.carried?.said);
  const progress = (): BatchProgress =>
    progressOf(input, state, membership, Date.now(), isPaused() ? 'paused' : phase);

  let calledBackAt = 0;
  setHandler(taskCallbacksSignal, (list) => {
    calledBackAt = Date.now();
    run.callbacks(list);
    wake();
  });
  setHandler(pauseSignal, (reason) => {
    state.pause = reason ?? PAUSED_BY_HAND;
    wake();
  });
  setHandler(resumeSignal, () => {
    state.pause = undefined;
    state.tally = newTally();
    membership.resumed();
    wake();
  });
  setHandler(shareSignal, (share) => {
    membership.granted(share);
    wake();
  });
  setHandler(progressQuery, progress);

  CancellationScope.current().cancelRequested.catch(() => {
    phase = 'cancelling';
    wake();
  });

  return await CancellationScope.nonCancellable(async () => {
    const alarm = new Alarm(wake);
    while (!run.settled) {
      const bounds = historyBounds(input);
      const cancelling = phase === 'cancelling';
      // A cancelled batch has little left to do, and its next run would not know.
      const spent =
        bounds.reached || (bounds.near && run.starved) || (bounds.close && work.running === 0);
      if (!cancelling && spent) break;
      if (cancelling) {
        // Their outcome is written with the results: see finalizeBatch.
        state.count('cancelled', input.rows.count - state.cursor + state.fresh.length);
        state.cursor = input.rows.count;
        state.fresh.clear();
        run.cancelClips();
      }
      state.pause ??= tripped(state.tally, input.options.maxFailures);
      const denied = membership.paused !== undefined;
      const want = state.pause === undefined && !cancelling;
      const open = want && !denied;
      const { nextDue, demand } = run.dispatch({
        want,
        prepare: open && !bounds.near,
        submit: open,
        ask: !denied && !cancelling,
        finish: !bounds.close || cancelling,
      });
      const reportDue = link.report(demand, Date.now());
      attribute.say(isPaused() ? 'paused' : phase);
      const notice = pauseNotice(state.pauseTold, pauseReason(), state.submissions);
      state.pauseTold = notice.told;
      if (notice.due) await notifier.tell('batch.paused', pauseReason());
      setCurrentDetails(detailsOf(progress()));
      alarm.setFor(Math.min(nextDue, reportDue), Date.now());
      awake = false;
      await condition(() => awake || run.settled); // a cancelled batch may have nothing to wait for
      work.check();
    }
    alarm.cancel();
    const drained = (): boolean => work.running === 0 && link.quiet && allHandlersFinished();
    while (!drained()) {
      awake = false;
      link.report(run.demand(state.pause === undefined), Date.now());
      await condition(() => awake || drained());
    }
    work.check();
    if (!run.settled) {
      // A signal between this workflow task and its end would make the server refuse to continue as new,
      // and the worker replay it all. Right after one the next takes at least the receiver's window.
      const last = calledBackAt;
      const often = Date.now() - last < CALLED_BACK_OFTEN_MS;
      if (often) await condition(() => calledBackAt > last, CALLED_BACK_OFTEN_MS);
      return await continueAsNew<typeof scoreBatch>({
        ...input,
        carried: { ...state.carry(), said: attribute.said },
      });
    }

    const { cap } = input.options;
    const wasCancelled = phase === 'cancelling';
    phase = 'finishing';
    await link.leave();
    ended = await activities.finalizeBatch({
      store: input.store,
      round: input.round,
      startedAt: new Date(state.startedAt).toISOString(),
      submissions: state.submissions,
      ...(state.capped && cap && { leftOut: { code: cap.code, message: capText(cap) } }),
    });
    phase = 'done';
    attribute.say(wasCancelled ? 'cancelled' : 'finished');
    await notifier.tell(wasCancelled ? 'batch.cancelled' : 'batch.finished');
    setCurrentDetails(detailsOf(progress()));
    if (wasCancelled)
      throw new CancelledFailure('the batch was cancelled; its results are written');
    return ended;
  });
}

function identityOf({ name, options }: ScoreBatchInput): Identity {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const { priority, pace } = options;
  return { batch: workflowId, chain: firstExecutionRunId, name, priority, pace };
}

/** Looking into clips takes other machines than submitting does, where someone wants that. */
function probingOnItsOwn(): Pick<BatchActivities, 'preparePage'> {
  const taskQueue = mediaQueueOf(workflowInfo().taskQueue);
  const probing = proxyActivities<BatchActivities>({ ...PAGE_OPTIONS, taskQueue });
  return { preparePage: probing.preparePage }; // a proxy has nothing to spread
}

function historyBounds(input: ScoreBatchInput): {
  near: boolean;
  close: boolean;
  reached: boolean;
} {
  const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
  const used = Math.max(historyLength / input.options.historyBound, historySize / HISTORY_BYTES);
  return {
    near: used > LAST_PAGES,
    close: used > LAST_DOWNLOADS,
    reached: used > 1 || continueAsNewSuggested,
  };
}
