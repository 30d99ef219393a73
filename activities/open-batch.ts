// Opens a batch that a schedule or another program requested.
import { ApplicationFailure, Context, log } from '@temporalio/activity';
import { ReelscoreError } from '../contract/errors.js';
import type { IntakeActivities } from '../contract/activities.js';
import { openBatch, type Intake } from '../intake/open-batch.js';
import { plainLinks } from '../intake/plain-links.js';
import { currentBatch } from './batch-id.js';
import { withHeartbeat } from './heartbeat.js';

export function openBatchActivity(intake: Intake): IntakeActivities['openBatch'] {
  return (request, chain) => {
    const { cancellationSignal: signal } = Context.current();
    const batch = currentBatch();
    const plain = plainLinks(request);
    if (plain.length > 0) {
      log.warn(
        `the request holds secret links, and its history now shows them in plain: ${plain.join(', ')} (name them as env:REELSCORE_LINK_..., see docs/programs.md)`,
      );
    }
    return withHeartbeat(async () => {
      try {
        return await openBatch(request, { batch, chain, signal }, intake);
      } catch (error) {
        if (!(error instanceof ReelscoreError)) throw error;
        // A retry would fail in the same way.
        const { code, message } = error;
        throw ApplicationFailure.create({ message, type: code, nonRetryable: true, cause: error });
      }
    });
  };
}
