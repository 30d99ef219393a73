// How a batch stands whose manifest is not read yet, or never could be.
import { accountOf } from '../contract/names.js';
import { ReelscoreError } from './errors.js';
import type { BareExecution } from './execution.js';
import { reasonOf } from './reason.js';
import { isOpen, phaseOf } from './states.js';
import { lacksFilesWorker, type BatchStatus } from './status.js';
import type { TemporalClient } from './temporal.js';

/** Why nothing can be done with it. */
export async function unopenedError(
  temporal: TemporalClient,
  execution: BareExecution,
): Promise<ReelscoreError> {
  const { batch } = execution;
  if (isOpen(execution)) {
    return new ReelscoreError(
      'batch_running',
      `the manifest of batch ${batch} is not read yet (a worker does that: reelscore status ${batch})`,
    );
  }
  const reason = await reasonOf(temporal, execution);
  return new ReelscoreError(
    'batch_stopped',
    `batch ${batch} stopped before any clip was submitted: ${reason} (start it under another id)`,
  );
}

export async function unopenedStatus(
  temporal: TemporalClient,
  execution: BareExecution,
): Promise<BatchStatus> {
  const { batch, taskQueue, startedAt, closedAt, failing = [] } = execution;
  const open = isOpen(execution);
  return {
    ...{ batch, name: batch, account: accountOf(taskQueue), round: 1 },
    state: open ? 'opening' : phaseOf(execution),
    counts: { total: 0, succeeded: 0, failed: 0, rejected: 0, cancelled: 0, skipped: 0 },
    startedAt: startedAt.toISOString(),
    ...(closedAt && { finishedAt: closedAt.toISOString() }),
    ...(failing.length > 0 && { failing }),
    ...(open && (await lacksFilesWorker(temporal, execution)) && { filesWorkerMissing: true }),
    ...(open
      ? { workerAnswering: await temporal.hasPollers(taskQueue, 'workflows') }
      : { reason: await reasonOf(temporal, execution) }),
  };
}
