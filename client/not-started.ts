// A batch whose manifest is not read yet, or never could be.
import { ReelscoreError } from './errors.js';
import type { BareExecution } from './execution.js';
import { reasonOf } from './reason.js';
import { isOpen } from './states.js';
import type { TemporalClient } from './temporal.js';

/** Why nothing can be done with it. */
export async function notStartedError(
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
