// What batches and their account need of Temporal itself.
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { AccountInput } from '../contract/account.js';
import type { AccountActivities, BatchActivities, BatchChain } from '../contract/activities.js';
import {
  accountIdOf,
  ACCOUNT_WORKFLOW,
  REPORT_SIGNAL,
  SCORE_BATCH_WORKFLOW,
} from '../contract/names.js';

export const joinAccount: BatchActivities['joinAccount'] = async (report) => {
  const { client, info } = Context.current();
  const input: AccountInput = { version: 1 };
  await client.workflow.signalWithStart(ACCOUNT_WORKFLOW, {
    workflowId: accountIdOf(info.taskQueue),
    taskQueue: info.taskQueue,
    args: [input],
    signal: REPORT_SIGNAL,
    signalArgs: [report],
    staticSummary: 'Rate and slots of one vendor account',
  });
};

export const findBatches: AccountActivities['findBatches'] = async ({ taskQueue }) => {
  const { client } = Context.current();
  const query =
    `WorkflowType = '${SCORE_BATCH_WORKFLOW}' AND TaskQueue = '${taskQueue}' ` +
    `AND ExecutionStatus = 'Running'`;
  const found: BatchChain[] = [];
  for await (const { workflowId, runId, raw } of client.workflow.list({ query })) {
    found.push({ batch: workflowId, chain: raw.firstRunId || runId });
  }
  return found;
};

export const findGone: AccountActivities['findGone'] = async ({ members }) => {
  const { client } = Context.current();
  const gone: string[] = [];
  for (const member of members) {
    if (!(await runs(client, member))) gone.push(member.batch);
  }
  return gone;
};

/** Whether the newest execution of that id is this one and is open. */
async function runs(client: Client, { batch, chain }: BatchChain): Promise<boolean> {
  try {
    const { status, runId, raw } = await client.workflow.getHandle(batch).describe();
    const first = raw.workflowExecutionInfo?.firstRunId || runId;
    return status.name === 'RUNNING' && first === chain;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
