import { Context } from '@temporalio/activity';

/** Id of the batch whose activity runs here. */
export function currentBatch(): string {
  const { workflowExecution, activityType } = Context.current().info;
  if (!workflowExecution) throw new Error(`${activityType} runs for a batch, not by itself`);
  return workflowExecution.workflowId;
}
