// Queries tasks at the vendor, after a callback or because none arrived. The vendor's answer decides.
import { Context, log } from '@temporalio/activity';
import pLimit from 'p-limit';
import type {
  BatchActivities,
  QueryTasksOutput,
  TaskEnd,
  TaskRef,
} from '../contract/activities.js';
import type { VendorFailure } from '../contract/failure.js';
import type { VendorTask } from '../tomoviee/client.js';
import { takeWait } from './accepted-tasks.js';
import { currentBatch, currentRun } from './batch-id.js';
import type { BatchFiles, OpenBatches } from './batch-files.js';
import { callbackUrlsOf } from './callback-urls.js';
import type { ActivityDependencies } from './dependencies.js';
import { withHeartbeat } from './heartbeat.js';
import { expiryNote } from './expired-link.js';
import { countTaskEnd } from './metrics.js';
import { paramsOf } from './params.js';
import type { KeptLinks } from './result-links.js';

const CONCURRENCY = 8;
/** After this many consecutive failed queries the vendor counts as unavailable; the rest is queried later. */
const OUTAGE_AFTER = 5;

export function queryTasksActivity(
  { vendor, callbackUrl }: Pick<ActivityDependencies, 'vendor' | 'callbackUrl'>,
  batches: OpenBatches,
  links: KeptLinks,
): BatchActivities['queryTasks'] {
  return ({ store, round, tasks }) => {
    const signal = Context.current().cancellationSignal;
    const batch = currentBatch();
    const files = batches.at(store, round);
    const output: QueryTasksOutput = { ended: [], troubles: [] };
    const outage = new Outage();

    const ask = async (task: TaskRef): Promise<void> => {
      if (outage.failure) {
        output.troubles.push({ ...task, failure: outage.failure });
        return;
      }
      const callbacks = callbackUrlsOf(callbackUrl, { batch, round }, task);
      const answer = await vendor.queryTask(task.taskId, { signal, callbacks });
      if (answer.kind === 'refused') {
        outage.note(answer.failure);
        output.troubles.push({ ...task, failure: answer.failure });
        return;
      }
      outage.over();
      if (task.adopted && !(await isOurs(files, batch, round, task, answer.params))) {
        output.troubles.push({ ...task, failure: NOT_OURS });
        return;
      }
      if (task.adopted) await noteAdopted(files, round, task);
      if (answer.status === 'queued' || answer.status === 'processing') {
        const { waitSeconds } = answer;
        if (waitSeconds !== undefined) (output.waits ??= []).push([task.row, waitSeconds]);
        return;
      }
      if (answer.media.length > 0) links.keep(task.taskId, answer);
      const end = endOf(task, answer.status, answer);
      const waitMs = takeWait(task.taskId);
      if (waitMs !== undefined) countTaskEnd(end.status, waitMs);
      output.ended.push(end.status === 'failed' ? await withExpiry(files, end) : end);
    };

    return withHeartbeat(async () => {
      const limit = pLimit(CONCURRENCY);
      await Promise.all(tasks.map((task) => limit(ask, task)));
      return output;
    });
  };
}

/**
 * Whether the vendor is unavailable: one `throttled` or `denied` applies to all tasks of the account, and so
 * do several consecutive failures of class `retry`.
 */
class Outage {
  failure: VendorFailure | undefined;
  #inARow = 0;

  note(failure: VendorFailure): void {
    // A rejection concerns one task only.
    this.#inARow = failure.class === 'rejected' ? 0 : this.#inARow + 1;
    const forAll = failure.class === 'throttled' || failure.class === 'denied';
    if (forAll || this.#inARow >= OUTAGE_AFTER) this.failure ??= failure;
  }

  over(): void {
    this.#inARow = 0;
  }
}

const NOT_OURS: VendorFailure = {
  class: 'rejected',
  code: 'task_mismatch',
  message: 'the task named by a callback belongs to another submission',
};

/** The vendor echoes `params`; if it does not, the callback's MAC is the only evidence. */
async function isOurs(
  files: BatchFiles,
  batch: string,
  round: number,
  task: TaskRef,
  echoed: string | undefined,
): Promise<boolean> {
  if (echoed === undefined) return true;
  const clip = await files.snapshot.clip(task.row);
  return echoed === paramsOf(clip, batch, { round, attempt: task.attempt });
}

/** Adds the lost answer to the POST to the journal, for a run that continues after a reset. */
async function noteAdopted(
  { journal }: BatchFiles,
  round: number,
  { row, attempt, taskId }: TaskRef,
): Promise<void> {
  const post = { round, row, attempt };
  try {
    const known = await journal.find(post);
    if (typeof known !== 'string' && known.kind === 'accepted') return;
    const answer = { kind: 'accepted', taskId, callback: true } as const;
    await journal.end({ ...post, run: currentRun().run, activityTry: 0 }, answer);
  } catch (error) {
    log.warn('an adopted task could not be written to the journal', { row, error });
  }
}

/** The vendor's own words seldom say that it could not fetch the clip because its link had expired. */
async function withExpiry({ snapshot }: BatchFiles, end: TaskEnd): Promise<TaskEnd> {
  const note = expiryNote(await snapshot.clip(end.row));
  if (note === undefined) return end;
  return { ...end, reason: end.reason === undefined ? note : `${end.reason}; ${note}` };
}

function endOf(
  task: TaskRef,
  status: TaskEnd['status'],
  { code, class: given, reason }: VendorTask,
): TaskEnd {
  if (status === 'succeeded') return { ...task, status };
  return {
    ...{ ...task, status },
    ...(code !== undefined && { code }),
    ...(given !== undefined && { class: given }),
    ...(reason !== undefined && { reason }),
  };
}
