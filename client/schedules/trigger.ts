// Starts a schedule's batch now, and finds out what became of that.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeScheduleOverlapPolicy, type ScheduleDescription } from '@temporalio/client';
import type { TemporalClient } from '../temporal.js';
import { scheduleIdOf } from './names.js';
import { policyOf } from './overlap.js';
import type { Overlap } from './spec.js';

/** The server acts within some tens of milliseconds. */
const LOOK_FOR_MS = 5_000;
const LOOK_EVERY_MS = 100;

/**
 * - `started`: `batch` is its id.
 * - `skipped`: an earlier batch runs, and the overlap policy leaves this one out.
 * - `waiting`: it starts when an earlier batch has ended.
 * - `unknown`: the server has not acted yet, or a batch of the same second has the id that this one needs.
 */
export interface Triggered {
  how: 'started' | 'skipped' | 'waiting' | 'unknown';
  batch?: string;
}

/**
 * @param before the schedule as it was just now
 * @param overlap default: the schedule's own
 */
export async function triggerSchedule(
  temporal: TemporalClient,
  name: string,
  before: ScheduleDescription,
  overlap?: Overlap,
): Promise<Triggered> {
  // The same for every try, so that a call whose answer was lost starts no second batch.
  const requestId = randomUUID();
  const overlapPolicy = overlap && encodeScheduleOverlapPolicy(policyOf(overlap));
  await temporal.withSchedules((schedules) =>
    schedules.workflowService.patchSchedule({
      namespace: schedules.options.namespace,
      scheduleId: scheduleIdOf(name),
      identity: schedules.options.identity,
      requestId,
      patch: { triggerImmediately: { ...(overlapPolicy !== undefined && { overlapPolicy }) } },
    }),
  );
  const until = performance.now() + LOOK_FOR_MS;
  for (;;) {
    const now = await temporal.withSchedules((schedules) =>
      schedules.getHandle(scheduleIdOf(name)).describe(),
    );
    const found = comparison(before, now);
    if (found) return found;
    if (performance.now() > until) return { how: 'unknown' };
    await delay(LOOK_EVERY_MS);
  }
}

function comparison(before: ScheduleDescription, now: ScheduleDescription): Triggered | undefined {
  const known = new Set(startedBy(before));
  const batch = startedBy(now).find((id) => !known.has(id));
  if (batch !== undefined) return { how: 'started', batch };
  const { numActionsSkippedOverlap: skipped } = now.info;
  if (skipped > before.info.numActionsSkippedOverlap) return { how: 'skipped' };
  const [waited, wait] = [before, now].map(({ raw }) => Number(raw.info?.bufferSize ?? 0));
  return (wait ?? 0) > (waited ?? 0) ? { how: 'waiting' } : undefined;
}

function startedBy({ info }: ScheduleDescription): string[] {
  return info.recentActions.map(({ action }) => action.workflow.workflowId);
}
