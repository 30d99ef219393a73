// Counts what Temporal Cloud bills as actions, as far as a history shows it. Pure.
// Source: docs.temporal.io/cloud/actions. Heartbeats and queries leave no event; see grpc-counter.ts.
import type { Client } from '@temporalio/client';

export type HistoryEvent = NonNullable<
  Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>['events']
>[number];

export interface ActionCounts {
  /** Each try of an activity. */
  activities: number;
  /** From clients, and to other workflows. */
  signals: number;
  timers: number;
  /** Continue-as-new and children included. */
  starts: number;
  updates: number;
  /** Changes of search attributes. */
  attributes: number;
}

export const NO_ACTIONS: ActionCounts = {
  ...{ activities: 0, signals: 0, timers: 0, starts: 0, updates: 0, attributes: 0 },
};

/** Counts one history, which need not be at its end. */
export function countActions(events: readonly HistoryEvent[]): ActionCounts {
  const counts = { ...NO_ACTIONS };
  // A scheduled activity may be running: its start is written with its end.
  const open = new Set<string>();
  for (const event of events) {
    const id = String(event.eventId);
    const scheduled =
      event.activityTaskCanceledEventAttributes?.scheduledEventId ??
      event.activityTaskTimedOutEventAttributes?.scheduledEventId;
    if (event.activityTaskScheduledEventAttributes) open.add(id);
    else if (event.activityTaskStartedEventAttributes) {
      const { attempt, scheduledEventId } = event.activityTaskStartedEventAttributes;
      counts.activities += attempt ?? 1;
      open.delete(String(scheduledEventId));
    } else if (scheduled) open.delete(String(scheduled));
    else if (event.workflowExecutionSignaledEventAttributes) {
      // Those from workflows are counted where they were sent.
      const { externalWorkflowExecution } = event.workflowExecutionSignaledEventAttributes;
      if (!externalWorkflowExecution) counts.signals += 1;
    } else if (event.signalExternalWorkflowExecutionInitiatedEventAttributes) counts.signals += 1;
    else if (event.timerStartedEventAttributes) counts.timers += 1;
    else if (event.workflowExecutionStartedEventAttributes) counts.starts += 1;
    else if (event.workflowExecutionUpdateAcceptedEventAttributes) counts.updates += 1;
    else if (event.upsertWorkflowSearchAttributesEventAttributes) counts.attributes += 1;
  }
  counts.activities += open.size;
  return counts;
}

export function sumActions(counts: readonly ActionCounts[]): ActionCounts {
  return counts.reduce((sum, more) => combine(sum, more, (a, b) => a + b), NO_ACTIONS);
}

/** What has been added to some counts. */
export function actionsSince(before: ActionCounts, now: ActionCounts): ActionCounts {
  return combine(now, before, (a, b) => a - b);
}

export function totalActions(counts: ActionCounts): number {
  return Object.values<number>({ ...counts }).reduce((sum, count) => sum + count, 0);
}

function combine(
  one: ActionCounts,
  other: ActionCounts,
  work: (a: number, b: number) => number,
): ActionCounts {
  const kinds = Object.keys(NO_ACTIONS) as (keyof ActionCounts)[];
  const result = { ...one };
  for (const kind of kinds) result[kind] = work(one[kind], other[kind]);
  return result;
}
