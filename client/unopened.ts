// Batches whose manifest is not read yet, or never could be.
import { accountOf } from '../contract/names.js';
import { ReelscoreError } from './errors.js';
import type { BareExecution } from './execution.js';
import { reasonOf } from './reason.js';
import { isOpen, phaseOf } from './states.js';
import type { BatchStatus } from './status.js';
import type { TemporalClient } from './temporal.js';

export async function unopenedStatus(
  temporal: TemporalClient,
  execution: BareExecution,
): Promise<BatchStatus> {
  const { batch, taskQueue, startedAt, closedAt } = execution;
  const open = isOpen(execution);
  return {
    ...{ batch, name: batch, account: accountOf(taskQueue), round: 1 },
    state: open ? 'opening' : phaseOf(execution),
    counts: { total: 0, succeeded: 0, failed: 0, rejected: 0, cancelled: 0, skipped: 0 },
    startedAt: startedAt.toISOString(),
    ...(closedAt && { finishedAt: closedAt.toISOString() }),
    ...(open
      ? { workerAnswering: await temporal.hasPollers(taskQueue, 'workflows') }
      : { reason: await reasonOf(temporal, execution) }),
  };
}

/** Of a batch that has no results, because it was never opened. */
export async function unopenedError(
  temporal: TemporalClient,
  execution: BareExecution,
): Promise<ReelscoreError> {
  const { batch } = execution;
  if (isOpen(execution)) {
    return new ReelscoreError(
      'batch_not_found',
      `batch ${batch} has no results yet: its manifest is not read (see: reelscore status ${batch})`,
    );
  }
  const reason = await reasonOf(temporal, execution);
  return new ReelscoreError(
    'batch_stopped',
    `batch ${batch} ended before its manifest was read: ${reason}`,
  );
}
