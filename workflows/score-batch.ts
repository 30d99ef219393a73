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
import { Alarm } from './alarm.js';
import { BatchRun } from './batch-run.js';
import { BatchState } from './batch-state.js';
import { pauseSignal, progressQuery, resumeSignal, taskCallbacksSignal } from './messages.js';
import { detailsOf, progressOf } from './progress.js';

/** A history of this size continues as new; the server refuses at 50 MB and warns at 10. */
const HISTORY_BYTES = 8 * 1024 * 1024;
/** From this share of the history bound on no page is begun, so that none is under way at the end. */
const LAST_PAGES = 0.9;

const RETRY = { initialInterval: '1s', maximumInterval: '30s' } as const;

const { preparePage, finalizeBatch } = proxyActivities<BatchActivities>({
  startToCloseTimeout: '1h',
  heartbeatTimeout: '30s',
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
const activities = { preparePage, submitClip, queryTasks, finishClips, finalizeBatch };

/**
 * Scores one batch: prepares its rows page by page, submits them at the pace, waits for each task,
 * records every outcome and writes the results.
 *
 * Cancelling it stops submissions, records what is open as `cancelled` and still writes the results.
 */
export async function scoreBatch(input: ScoreBatchInput): Promise<BatchSummary> {
  const state = new BatchState(input, Date.now());
  let awake = true;
  const wake = (): void => void (awake = true);
  const run = new BatchRun(input, state, activities, wake);
  let phase: BatchProgress['state'] = 'running';
  const progress = (): BatchProgress =>
    progressOf(input, state, Date.now(), phase === 'running' && state.pause ? 'paused' : phase);

  setHandler(taskCallbacksSignal, (list) => {
    run.callbacks(list);
    wake();
  });
  setHandler(pauseSignal, (reason) => {
    state.pause = { reason: reason ?? 'paused by hand', denied: false };
    wake();
  });
  setHandler(resumeSignal, () => {
    state.pause = undefined;
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
      if (!cancelling && (bounds.reached || (bounds.near && run.starved))) break;
      if (cancelling) {
        state.cursor = input.rows.count;
        state.fresh.clear();
        run.cancelClips();
      }
      const open = !state.pause && !cancelling;
      const nextDue = run.dispatch({
        prepare: open && !bounds.near,
        submit: open,
        ask: !state.pause?.denied && !cancelling,
      });
      setCurrentDetails(detailsOf(progress()));
      if (Number.isFinite(nextDue)) alarm.setFor(nextDue, Date.now());
      awake = false;
      await condition(() => awake);
      run.check();
    }
    alarm.cancel();
    await condition(() => run.running === 0 && allHandlersFinished());
    run.check();
    if (!run.settled) {
      return await continueAsNew<typeof scoreBatch>({ ...input, carried: state.carry() });
    }

    const wasCancelled = phase === 'cancelling';
    phase = 'finishing';
    const summary = await activities.finalizeBatch({
      store: input.store,
      round: input.round,
      startedAt: new Date(state.startedAt).toISOString(),
      submissions: state.submissions,
    });
    phase = 'done';
    setCurrentDetails(detailsOf(progress()));
    if (wasCancelled)
      throw new CancelledFailure('the batch was cancelled; its results are written');
    return summary;
  });
}

function historyBounds(input: ScoreBatchInput): { near: boolean; reached: boolean } {
  const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
  const used = Math.max(historyLength / input.options.historyBound, historySize / HISTORY_BYTES);
  return { near: used > LAST_PAGES, reached: used > 1 || continueAsNewSuggested };
}
