// Finds the activities of a batch that keep failing, from the server's description.
import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { BatchProgress } from '../contract/batch.js';
import type { ReadFailure } from '../temporal/payloads/failures.js';

type Pending = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** Of Temporal's API: PENDING_ACTIVITY_STATE_STARTED. */
const STARTED = 2;

/** An activity that has failed and is retried indefinitely. */
export interface FailingWork {
  /** Name of the activity. */
  activity: string;
  /** Why its last try failed. */
  cause: string;
  /** Tries that have failed; of several such activities, of the one with the most. */
  tries: number;
}

/** The memo of a batch, and the server's description of its activities. */
export interface SeenProgress extends BatchProgress {
  failing?: FailingWork[];
}

/** Activities of one name that fail for one cause are listed once; the most tries come first. */
export async function failingWorkOf(
  pending: readonly Pending[],
  readFailure: ReadFailure,
): Promise<FailingWork[]> {
  const found = new Map<string, FailingWork>();
  for (const one of pending) {
    const cause = await causeOf(one, readFailure);
    if (cause === undefined) continue;
    const activity = one.activityType?.name ?? '';
    const tries = (one.attempt ?? 1) - 1;
    const name = `${activity} ${cause}`;
    if (tries > (found.get(name)?.tries ?? 0)) found.set(name, { activity, cause, tries });
  }
  return [...found.values()].sort((a, b) => b.tries - a.tries);
}

/** Undefined of an activity that is at its first try, or at one after its worker was lost. */
async function causeOf(
  { lastFailure, attempt, state }: Pending,
  readFailure: ReadFailure,
): Promise<string | undefined> {
  if (!lastFailure || (attempt ?? 1) < 2) return undefined;
  const lost = lastFailure.timeoutFailureInfo ?? lastFailure.canceledFailureInfo;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-comparison -- the enum is in @temporalio/proto, which is no dependency
  if (lost && state === STARTED) return undefined;
  return (await readFailure(lastFailure)) || 'no reason given';
}
