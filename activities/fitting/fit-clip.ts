// Fits one clip that the vendor would not take as it is.
import { Context } from '@temporalio/activity';
import type { BatchActivities } from '../../contract/activities.js';
import type { Clip, Outcome } from '../../contract/clip.js';
import { writeSegment } from '../../outcomes/segments.js';
import type { OpenBatches } from '../batch-files.js';
import { currentBatch } from '../batch-id.js';
import { unlessChanged } from '../changed-file.js';
import type { ActivityDependencies } from '../dependencies.js';
import { failureNotes } from '../failure-notes.js';
import { withHeartbeat } from '../heartbeat.js';
import { makeFit, type FitDependencies } from './make-fit.js';
import { sentClip } from './proxies.js';
import { refusalOf, type FitRefusal } from './refusal.js';

/** Of a server that is out of reach; a retry of the batch tries again. */
const MAX_TRIES = 3;

export function fitClipActivity(
  deps: FitDependencies & Pick<ActivityDependencies, 'delivery'>,
  batches: OpenBatches,
): BatchActivities['fitClip'] {
  return ({ store, round, row, fit }) => {
    const files = batches.at(store, round);
    const { cancellationSignal: signal, info } = Context.current();
    const batch = currentBatch();

    const fitted = async (clip: Clip): Promise<Outcome | undefined> => {
      const made = await unlessChanged(clip, async () => {
        try {
          await makeFit(deps, files, clip, fit, signal);
        } catch (error) {
          signal.throwIfAborted();
          const refusal = refusalOf(error);
          if (refusal.passing && info.attempt < MAX_TRIES) throw error;
          return outcomeOf(clip, refusal);
        }
        const sent = await sentClip(files.store, clip);
        await deps.delivery.prepare(files, batch, sent, signal);
        return undefined;
      });
      return 'done' in made ? made.done : outcomeOf(clip, { ...made.change, status: 'rejected' });
    };

    return withHeartbeat(async () => {
      const clip = await files.snapshot.clip(row);
      const outcome = await fitted(clip);
      const outcomes = outcome ? [outcome] : [];
      const segment = `fit-${String(row).padStart(8, '0')}`;
      await writeSegment(files.store, round, segment, outcomes); // O1
      return {
        submit: outcome ? [] : [[row, row]],
        rejected: outcome?.status === 'rejected' ? 1 : 0,
        failed: outcome?.status === 'failed' ? 1 : 0,
        warnings: 0,
        failures: await failureNotes(files.snapshot, outcomes),
      };
    });
  };
}

function outcomeOf(
  { row }: Clip,
  { status, code, message }: Pick<FitRefusal, 'status' | 'code' | 'message'>,
): Outcome {
  return { row, status, attempts: 0, errorCode: code, errorMessage: message };
}
