// What was told a workflow and what it did, read from the histories of all its runs.
import type { Client, WorkflowHandle } from '@temporalio/client';

/** One run's events, as the client decodes them. */
export type RunEvents = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>;
export type HistoryEvent = RunEvents[number];

/** Events of every run of an execution chain, from its first. */
export async function chainOf(
  client: Client,
  workflowId: string,
  firstRun: string,
): Promise<RunEvents[]> {
  const runs: RunEvents[] = [];
  let runId: string | undefined | null = firstRun;
  while (runId) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const run: RunEvents = events ?? [];
    runs.push(run);
    runId = run.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return runs;
}
