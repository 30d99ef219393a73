// Counts what workflows left in their histories.
import type { Client } from '@temporalio/client';

export interface HistoryCounts {
  events: number;
  /** What Temporal Cloud bills as actions, as far as histories show it. */
  actions: number;
}

type HistoryEvent = NonNullable<
  Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>['events']
>[number];

/** docs.temporal.io/cloud/actions; heartbeats and retries of activities leave no event of their own. */
const BILLED = [
  'workflowExecutionStartedEventAttributes', // continue-as-new and children included
  'activityTaskScheduledEventAttributes',
  'workflowExecutionSignaledEventAttributes',
  'timerStartedEventAttributes',
] as const satisfies (keyof HistoryEvent)[];

const AT_A_TIME = 10;

/** Counts over workflows that have ended, each from its first run through every continue-as-new. */
export async function countHistories(
  client: Client,
  workflowIds: string[],
): Promise<HistoryCounts> {
  const total: HistoryCounts = { events: 0, actions: 0 };
  for (let at = 0; at < workflowIds.length; at += AT_A_TIME) {
    const group = workflowIds.slice(at, at + AT_A_TIME);
    for (const counts of await Promise.all(group.map((id) => countChain(client, id)))) {
      total.events += counts.events;
      total.actions += counts.actions;
    }
  }
  return total;
}

/** From the last run, which an id alone names, back to the first. */
async function countChain(client: Client, workflowId: string): Promise<HistoryCounts> {
  const counts: HistoryCounts = { events: 0, actions: 0 };
  for (let runId: string | undefined, first = true; first || runId; first = false) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    if (!events?.[0]) throw new Error(`${workflowId}: its history is empty`);
    counts.events += events.length;
    counts.actions += events.filter((event) => BILLED.some((kind) => event[kind])).length;
    runId = events[0].workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
  }
  return counts;
}
