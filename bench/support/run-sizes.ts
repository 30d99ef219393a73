// How large the single runs of a workflow became: the server refuses a history beyond its bounds.
import type { Client } from '@temporalio/client';

export interface RunSizes {
  runs: number;
  /** Of the run that has most. */
  maxEvents: number;
  maxBytes: number;
}

/** Looks at every run of a workflow, from its last back to its first, without reading their events. */
export async function runSizes(client: Client, workflowId: string): Promise<RunSizes> {
  const sizes: RunSizes = { runs: 0, maxEvents: 0, maxBytes: 0 };
  const query = `WorkflowId = '${workflowId.replaceAll("'", "''")}'`;
  for await (const { runId } of client.workflow.list({ query })) {
    const { historyLength, historySize } = await client.workflow
      .getHandle(workflowId, runId)
      .describe();
    sizes.runs += 1;
    sizes.maxEvents = Math.max(sizes.maxEvents, historyLength);
    sizes.maxBytes = Math.max(sizes.maxBytes, historySize ?? 0);
  }
  if (sizes.runs === 0) throw new Error(`${workflowId}: Temporal lists no run of it`);
  return sizes;
}
