import { Context } from '@temporalio/activity';

/** Id of the batch whose activity runs here. */
export function currentBatch(): string {
  return currentRun().batch;
}

/** The batch, and the end of its run's id, which is enough to tell runs of one batch apart. */
export function currentRun(): { batch: string; run: string } {
  const { workflowExecution, activityType } = Context.current().info;
  if (!workflowExecution) throw new Error(`${activityType} runs for a batch, not by itself`);
  const { workflowId: batch, runId } = workflowExecution;
  return { batch, run: runId.slice(-8) };
}
