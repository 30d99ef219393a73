// Has the finished videos of a batch mixed when it has ended.
import { getExternalWorkflowHandle, log, startChild, workflowInfo } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { ScoreBatchInput } from '../../contract/batch.js';
import type { MixOptions } from '../../contract/mix.js';
import { MIX_VIDEOS_WORKFLOW, mixIdOf } from '../../contract/names.js';
import { mixAgainSignal } from '../messages.js';
import type { mixVideos } from '../mixing/mix-videos.js';

/** Starts a workflow of its own, which outlives the batch. Never throws: no batch may fail because of a video. */
export async function mixVideosOf({ name, store, round, options }: ScoreBatchInput): Promise<void> {
  const { mix, historyBound } = options;
  if (!mix) return;
  const { workflowId: batch } = workflowInfo();
  const workflowId = mixIdOf(batch);
  try {
    await startChild<typeof mixVideos>(MIX_VIDEOS_WORKFLOW, {
      ...{ workflowId, args: [{ version: 1, batch, store, round, mix, historyBound }] },
      parentClosePolicy: 'ABANDON',
      staticSummary: `${name}: finished videos`,
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError)
      await askAgain(workflowId, round, mix);
    else log.warn('the mixing of videos could not be started', { error });
  }
}

/** It runs, of an earlier round. */
async function askAgain(workflowId: string, round: number, mix: MixOptions): Promise<void> {
  try {
    await getExternalWorkflowHandle(workflowId).signal(mixAgainSignal, { round, mix });
  } catch (error) {
    log.warn('the mixing of videos has ended meanwhile', { error });
  }
}
