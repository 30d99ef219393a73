// Activities of batches and their account that call the Temporal server.
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, type WorkflowClient } from '@temporalio/client';
import pLimit from 'p-limit';
import type { AccountInput } from '../contract/account.js';
import type { AccountActivities, BatchActivities, BatchChain } from '../contract/activities.js';
import {
  accountIdOf,
  ACCOUNT_WORKFLOW,
  REPORT_SIGNAL,
  runningBatchesOf,
} from '../contract/names.js';
import { lenientClient } from '../temporal/lenient-client.js';

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
  const client = lenientClient(Context.current().client);
  const query = runningBatchesOf(taskQueue);
  const running: BatchChain[] = [];
  for await (const { workflowId: batch, runId, raw } of client.list({ query })) {
    running.push({ batch, chain: raw.firstRunId || runId });
  }
  const found = await pLimit(DESCRIBED_AT_ONCE).map(running, async (one) =>
    (await hasDoneNothing(client, one)) ? [] : [one],
  );
  return found.flat();
};

const DESCRIBED_AT_ONCE = 20;

/** Started, and the first workflow task scheduled, started and failed. */
const FIRST_EVENTS = 4;

/** A chain whose first run has completed no workflow task has no share of an account, and no task at the vendor. */
async function hasDoneNothing(
  client: WorkflowClient,
  { batch, chain }: BatchChain,
): Promise<boolean> {
  try {
    const { historyLength } = await client.getHandle(batch, chain).describe();
    return historyLength <= FIRST_EVENTS;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false; // the check for ended batches finds it
    throw error;
  }
}

/** A workflow task at its third attempt, or one that waits this long, will not be completed soon. */
const STUCK = { attempts: 3, waitMs: 60_000 };

export const findGone: AccountActivities['findGone'] = async ({ members }) => {
  const client = lenientClient(Context.current().client);
  const found: Awaited<ReturnType<AccountActivities['findGone']>> = { gone: [], stuck: [] };
  for (const member of members) {
    const state = await stateOf(client, member);
    if (state !== 'fine') found[state].push(member.batch);
  }
  return found;
};

/** `gone` unless the newest execution with that id belongs to this chain and is running. */
async function stateOf(
  client: WorkflowClient,
  { batch, chain }: BatchChain,
): Promise<'gone' | 'stuck' | 'fine'> {
  try {
    const { status, runId, raw } = await client.getHandle(batch).describe();
    const first = raw.workflowExecutionInfo?.firstRunId || runId;
    if (status.name !== 'RUNNING' || first !== chain) return 'gone';
    const { pendingWorkflowTask: task } = raw;
    if (!task) return 'fine';
    const scheduledAt = Number(task.scheduledTime?.seconds ?? 0) * 1000;
    const late = scheduledAt > 0 && Date.now() - scheduledAt > STUCK.waitMs;
    return late || (task.attempt ?? 1) >= STUCK.attempts ? 'stuck' : 'fine';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'gone';
    throw error;
  }
}
