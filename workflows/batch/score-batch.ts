// The story of one batch, from its input to its summary. Knows nothing of HTTP or files.
import {
  CancellationScope,
  CancelledFailure,
  makeContinueAsNewFunc,
  TemporalFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { ScoreBatchInput } from '../../contract/batch.js';
import type { BatchSummary } from '../../contract/clip.js';
import type { BatchRequest } from '../../contract/request.js';
import { Batch } from './batch.js';
import { TO_CURRENT_VERSION } from '../history-bounds.js';
import { messageOf, openBatchOf } from './opening.js';
import { mixVideosOf } from './videos.js';

/**
 * Scores one batch: opens it if a request asks for it, leaves out what was scored before, prepares the other
 * rows page by page, submits them at the pace, waits for each task, records every outcome and writes the
 * results.
 *
 * Cancelling it stops submissions, records what is open as `cancelled` and still writes the results.
 * @param given input from a client of this package, which has frozen the manifest; or a request from any
 *   other program
 */
export async function scoreBatch(given: ScoreBatchInput | BatchRequest): Promise<BatchSummary> {
  const batch = new Batch(await openBatchOf(given));
  // A cancellation is handled like any other event, so that work under way can finish.
  return await CancellationScope.nonCancellable(async () => {
    try {
      const step = await workOff(batch);
      return await (step === 'continue' ? continueAsNew(batch) : finish(batch));
    } catch (error) {
      await giveUp(batch, error);
      throw error;
    }
  });
}

/** Works until every row has its outcome, or the history is so long that another run must continue. */
async function workOff(batch: Batch): Promise<'end' | 'continue'> {
  for (;;) {
    const step = batch.look(); // B3
    if (step === 'end' || step === 'continue') return step;
    const dueAt = batch.begin(step);
    batch.show();
    await batch.wait(step, dueAt);
  }
}

async function continueAsNew(batch: Batch): Promise<never> {
  const { memo } = workflowInfo(); // the server keeps only the memo of the first run's start
  const next = makeContinueAsNewFunc<typeof scoreBatch>({
    ...TO_CURRENT_VERSION,
    ...(memo && { memo }),
  });
  return await next({ ...batch.input, carried: batch.carry() });
}

async function finish(batch: Batch): Promise<BatchSummary> {
  const { cancelled } = batch; // a cancellation while the results are written comes too late
  const summary = await batch.writeResults();
  if (!cancelled && summary.counts.succeeded > 0) await mixVideosOf(batch.input);
  await batch.showEnd(cancelled ? 'cancelled' : 'finished');
  if (cancelled) throw new CancelledFailure('the batch was cancelled; its results are written');
  return summary;
}

/** Other errors are bugs: the workflow task is retried until the code is fixed. */
async function giveUp(batch: Batch, error: unknown): Promise<void> {
  if (!(error instanceof TemporalFailure) || batch.summary) return;
  await batch.showFailure(messageOf(error));
}
