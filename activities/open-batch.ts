// Opens a batch that a schedule or another program asked for.
import { ApplicationFailure, Context } from '@temporalio/activity';
import { ReelscoreError } from '../contract/errors.js';
import type { IntakeActivities } from '../contract/activities.js';
import { openBatch, type Intake } from '../intake/open-batch.js';
import { currentBatch } from './batch-id.js';
import { withHeartbeat } from './heartbeat.js';

export function openBatchActivity(intake: Intake): IntakeActivities['openBatch'] {
  return (request) => {
    const { cancellationSignal: signal, info } = Context.current();
    const batch = currentBatch();
    const chain = info.workflowExecution?.runId ?? batch; // it is opened in the first run of a chain
    return withHeartbeat(async () => {
      try {
        return await openBatch(request, { batch, chain, signal }, intake);
      } catch (error) {
        if (!(error instanceof ReelscoreError)) throw error;
        // Trying again would find the same.
        const { code, message } = error;
        throw ApplicationFailure.create({ message, type: code, nonRetryable: true, cause: error });
      }
    });
  };
}
