// Owns one batch from its first page to its summary. Knows nothing of HTTP or files.
import {
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  makeContinueAsNewFunc,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  TemporalFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { BatchActivities } from '../../contract/activities.js';
import type { BatchProgress, ScoreBatchInput } from '../../contract/batch.js';
import type { BatchSummary } from '../../contract/clip.js';
import type { BatchRequest } from '../../contract/request.js';
import { downloadsQueueOf, filesQueueOf, mediaQueueOf } from '../../contract/names.js';
import { AccountLink } from '../pacing/account-link.js';
import { Alarm } from '../alarm.js';
import { BatchRun } from './batch-run.js';
import { BatchState } from './batch-state.js';
import { newTally, tripped } from './breaker.js';
import { capText } from './cap.js';
import { StatusAttribute } from './attributes.js';
import { messageOf, openBatchOf, PAUSED_BY_HAND, type Opened } from './intake.js';
import { Notifier } from './notifying.js';
import { pauseNotice } from './pause-notice.js';
import { Membership, type Identity } from '../pacing/membership.js';
import { nextStep } from '../pacing/next-step.js';
import {
  pauseSignal,
  progressQuery,
  resumeSignal,
  shareSignal,
  taskCallbacksSignal,
} from '../messages.js';
import { detailsOf, progressOf } from './progress.js';
import { anything, listOf } from '../checks.js';
import { onSignal } from '../guarded.js';
import * as wire from '../wire.js';
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

const { preparePage } = proxyActivities<BatchActivities>(PAGE_OPTIONS);
const { joinAccount } = proxyActivities<BatchActivities>({
  startToCloseTimeout: '30s',
  retry: RETRY,
});
const { submitClip } = proxyActivities<BatchActivities>({
  startToCloseTimeout: '3m',
  heartbeatTimeout: '10s',
  retry: RETRY, // a repeated attempt never repeats the POST: see activities/submit-clip.ts
});
const GROUP_OPTIONS = {
  startToCloseTimeout: '15m',
  heartbeatTimeout: '20s',
  retry: RETRY,
} as const;
/** Each file has a time of its own (`downloadTimeout`), and what is done is not done again. */
const DOWNLOAD_OPTIONS = { ...GROUP_OPTIONS, startToCloseTimeout: '6h' } as const;
const { queryTasks } = proxyActivities<BatchActivities>(GROUP_OPTIONS);

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
  const activities = {
    ...{ preparePage, submitClip, queryTasks, ...withFiles() },
    ...(input.options.probe && probingOnItsOwn()),
  };
  const membership = new Membership(identityOf(input), state.membership);
  const work = new Work(wake);
  const link = new AccountLink(membership, joinAccount, wake, (error) => work.fail(error));
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
  onSignal(taskCallbacksSignal, listOf(anything), (list) => {
    calledBackAt = Date.now();
    run.callbacks(list);
    wake();
  });
  onSignal(pauseSignal, wire.pauseReason, (reason) => {
    state.pause = reason || PAUSED_BY_HAND;
    wake();
  });
  setHandler(resumeSignal, () => {
    state.pause = undefined;
    state.tally = newTally();
    membership.resumed(Date.now());
    wake();
  });
  onSignal(shareSignal, wire.share, (share) => {
    membership.granted(share, Date.now());
    wake();
  });
  setHandler(progressQuery, progress);

  const batchScope = CancellationScope.current();
  batchScope.cancelRequested.catch(wake);

  const toItsEnd = async (): Promise<BatchSummary> => {
    const alarm = new Alarm(wake);
    let draining = false;
    let lingered = false;
    const quiet = (): boolean => work.running === 0 && link.quiet && allHandlersFinished();
    for (;;) {
      awake = false; // before anything is looked at, so that no wake is overwritten
      work.check();
      const cancelling = batchScope.consideredCancelled;
      if (cancelling) {
        phase = 'cancelling';
        // Their outcome is written with the results: see finalizeBatch.
        state.count('cancelled', input.rows.count - state.cursor + state.fresh.length);
        state.cursor = input.rows.count;
        state.fresh.clear();
        run.cancelClips();
      }
      const bounds = historyBounds(input);
      draining ||=
        bounds.reached || (bounds.near && run.starved) || (bounds.close && work.running === 0);
      const step = nextStep({
        ...{ cancelling, settled: run.settled, draining },
        quiet: quiet(),
        signalNear: !lingered && Date.now() - calledBackAt < CALLED_BACK_OFTEN_MS,
      });
      if (step === 'end') break;
      if (step === 'continue') {
        const { memo } = workflowInfo(); // the server carries on only what the first run was started with
        const next = makeContinueAsNewFunc<typeof scoreBatch>({ ...(memo && { memo }) });
        return await next({ ...input, carried: { ...state.carry(), said: attribute.said } });
      }
      state.pause ??= tripped(state.tally, input.options.maxFailures);
      const denied = membership.paused !== undefined;
      const want = state.pause === undefined && !cancelling;
      const open = want && !denied;
      const { nextDue, demand } =
        step === 'work'
          ? run.dispatch({
              want,
              prepare: open && !bounds.near,
              submit: open,
              ask: !denied && !cancelling,
              finish: !bounds.close || cancelling,
            })
          : { nextDue: Infinity, demand: run.demand(want) };
      const reportDue = link.report(demand, Date.now());
      attribute.say(isPaused() ? 'paused' : phase);
      const reason = pauseReason();
      const notice = pauseNotice(state.pauseTold, reason, state.submissions);
      state.pauseTold = notice.told;
      if (notice.due) work.start(() => notifier.tell('batch.paused', reason));
      setCurrentDetails(detailsOf(progress()));
      if (step === 'linger') {
        // A signal between this workflow task and its end would make the server refuse to continue as new,
        // and the worker replay it all. Right after one the next takes at least the receiver's window.
        lingered = true;
        await condition(() => awake, CALLED_BACK_OFTEN_MS);
        continue;
      }
      if (step === 'work') alarm.setFor(Math.min(nextDue, reportDue), Date.now());
      else alarm.cancel();
      // What was left out for the cap may have been all; and a handler that wakes has not finished yet.
      await condition(() => awake || (step === 'work' ? run.settled : quiet()));
    }
    alarm.cancel();

    const { cap } = input.options;
    const wasCancelled = batchScope.consideredCancelled;
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
  };
  return await CancellationScope.nonCancellable(async () => {
    try {
      return await toItsEnd();
    } catch (error) {
      // Other errors are faults of the code: the workflow task is tried again until that is mended.
      if (error instanceof TemporalFailure && !ended) {
        await link.leave();
        await notifier.tell('batch.failed', messageOf(error));
      }
      throw error;
    }
  });
}

function identityOf({ name, options }: ScoreBatchInput): Identity {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  const { priority, pace, taskTimeoutMs } = options;
  return { batch: workflowId, chain: firstExecutionRunId, name, priority, pace, taskTimeoutMs };
}

/** Looking into clips takes other machines than submitting does, where someone wants that. */
function probingOnItsOwn(): Pick<BatchActivities, 'preparePage'> {
  const taskQueue = mediaQueueOf(workflowInfo().taskQueue);
  const probing = proxyActivities<BatchActivities>({ ...PAGE_OPTIONS, taskQueue });
  return { preparePage: probing.preparePage }; // a proxy has nothing to spread
}

/** What may run long has queues of its own, so that it never takes a submission's place. */
function withFiles(): Pick<BatchActivities, 'finishClips' | 'finalizeBatch'> {
  const { taskQueue } = workflowInfo();
  const downloads = proxyActivities<BatchActivities>({
    ...DOWNLOAD_OPTIONS,
    taskQueue: downloadsQueueOf(taskQueue),
  });
  const whole = proxyActivities<BatchActivities>({
    ...PAGE_OPTIONS,
    taskQueue: filesQueueOf(taskQueue),
  });
  return { finishClips: downloads.finishClips, finalizeBatch: whole.finalizeBatch };
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
