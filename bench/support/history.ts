// Counts what workflows left in their histories.
import type { Client } from '@temporalio/client';
import {
  actionsSince,
  countActions,
  NO_ACTIONS,
  sumActions,
  type ActionCounts,
} from './actions.js';

export interface HistoryCounts {
  events: number;
  actions: ActionCounts;
}

const AT_A_TIME = 10;

/** Counts over workflows, each from its first run through every continue-as-new. */
export async function countHistories(
  client: Client,
  workflowIds: readonly string[],
): Promise<HistoryCounts> {
  const found: HistoryCounts[] = [];
  for (let at = 0; at < workflowIds.length; at += AT_A_TIME) {
    const group = workflowIds.slice(at, at + AT_A_TIME);
    found.push(...(await Promise.all(group.map((id) => countChain(client, id)))));
  }
  return sum(found);
}

/** Counts over all workflows whose ids begin so; they may be running. */
export async function countByPrefix(client: Client, prefix: string): Promise<HistoryCounts> {
  const ids = new Set<string>();
  const query = `WorkflowId STARTS_WITH "${prefix}"`;
  for await (const { workflowId } of client.workflow.list({ query })) ids.add(workflowId);
  return await countHistories(client, [...ids]);
}

export function countsSince(before: HistoryCounts, now: HistoryCounts): HistoryCounts {
  return {
    events: now.events - before.events,
    actions: actionsSince(before.actions, now.actions),
  };
}

export function sum(counts: readonly HistoryCounts[]): HistoryCounts {
  return {
    events: counts.reduce((total, { events }) => total + events, 0),
    actions: sumActions(counts.map(({ actions }) => actions)),
  };
}

export const NOTHING: HistoryCounts = { events: 0, actions: NO_ACTIONS };

/** From the last run, which an id alone names, back to the first. */
async function countChain(client: Client, workflowId: string): Promise<HistoryCounts> {
  const runs: HistoryCounts[] = [];
  for (let runId: string | undefined, first = true; first || runId; first = false) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    if (!events?.[0]) throw new Error(`${workflowId}: its history is empty`);
    runs.push({ events: events.length, actions: countActions(events) });
    runId = events[0].workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
  }
  return sum(runs);
}
