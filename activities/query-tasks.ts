// Asks the vendor about tasks: after a callback, or because none came. The answer is the truth.
import { Context } from '@temporalio/activity';
import pLimit from 'p-limit';
import type {
  BatchActivities,
  QueryTasksOutput,
  TaskEnd,
  TaskRef,
} from '../contract/activities.js';
import type { VendorFailure } from '../contract/failure.js';
import { currentBatch } from './batch-id.js';
import type { BatchFiles, OpenBatches } from './batch-files.js';
import type { ActivityDependencies } from './dependencies.js';
import { withHeartbeat } from './heartbeat.js';
import { paramsOf } from './params.js';
import type { ResultLinks } from './result-links.js';

const CONCURRENCY = 8;
/** After so many failed queries in a row the vendor is taken to be out; the rest is asked later. */
const OUTAGE_AFTER = 5;

export function queryTasksActivity(
  { vendor }: Pick<ActivityDependencies, 'vendor'>,
  batches: OpenBatches,
  links: ResultLinks,
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
      const answer = await vendor.queryTask(task.taskId, { signal });
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
      if (answer.status === 'queued' || answer.status === 'processing') return;
      if (answer.status === 'succeeded') links.keep(task.taskId, answer.media);
      output.ended.push(endOf(task, answer.status, answer.reason));
    };

    return withHeartbeat(async () => {
      const limit = pLimit(CONCURRENCY);
      await Promise.all(tasks.map((task) => limit(ask, task)));
      return output;
    });
  };
}

/**
 * Whether the vendor is out: one `throttled` or `denied` speaks for all tasks of the account, and so do
 * several failures of class `retry` in a row.
 */
class Outage {
  failure: VendorFailure | undefined;
  #inARow = 0;

  note(failure: VendorFailure): void {
    // A rejection is about one task alone.
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
  message: 'the task that a callback named belongs to another submission',
};

/** The vendor echoes `params`; where it does not, the callback's MAC is all there is to go by. */
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

function endOf(task: TaskRef, status: TaskEnd['status'], reason: string | undefined): TaskEnd {
  return { ...task, status, ...(reason !== undefined && { reason }) };
}
