// Fits one clip that the vendor would not take as it is.
import { Context } from '@temporalio/activity';
import type { BatchActivities, FitClipOutput } from '../../contract/activities.js';
import type { Clip, Outcome } from '../../contract/clip.js';
import { writeSegment } from '../../outcomes/segments.js';
import type { OpenBatches } from '../batch-files.js';
import { currentBatch } from '../batch-id.js';
import { unlessChanged } from '../changed-file.js';
import type { ActivityDependencies } from '../dependencies.js';
import { failureNotes } from '../failure-notes.js';
import { withHeartbeat } from '../heartbeat.js';
import { unsubmitted } from '../unsubmitted.js';
import { makeFit, type FitDependencies } from './make-fit.js';
import { sentClip } from './proxies.js';
import { refusalOf } from './refusal.js';
import { countOutcomes } from '../metrics.js';

/** Of a server that is out of reach; a retry of the batch tries again. */
const MAX_TRIES = 3;

export function fitClipActivity(
  deps: FitDependencies & Pick<ActivityDependencies, 'delivery'>,
  batches: OpenBatches,
): BatchActivities['fitClip'] {
  return ({ store, round, row, fit, takes = 1, recall }) => {
    const files = batches.at(store, round);
    const { cancellationSignal: signal, info } = Context.current();
    const batch = currentBatch();
    const task = { files, fit, takes, signal, ...(recall !== undefined && { recall }) };

    const fitted = async (clip: Clip): Promise<Fitted> => {
      const made = await unlessChanged(clip, async (): Promise<Fitted> => {
        let fit;
        try {
          fit = await makeFit(deps, { ...task, clip });
        } catch (error) {
          signal.throwIfAborted();
          const refusal = refusalOf(error);
          if (refusal.passing && info.attempt < MAX_TRIES) throw error;
          return { outcome: unsubmitted(clip, refusal.status, refusal) };
        }
        for (const one of fit.clips) {
          const sent = await sentClip(files.store, one);
          await deps.delivery.prepare(files, batch, sent, signal);
        }
        return { page: fit.open ?? { submit: [[row, row]] } };
      });
      return 'done' in made ? made.done : { outcome: unsubmitted(clip, 'rejected', made.change) };
    };

    return withHeartbeat(async () => {
      const clip = await files.snapshot.clip(row);
      const { outcome, page } = await fitted(clip);
      const outcomes = outcome ? [outcome] : [];
      const segment = `fit-${String(row).padStart(8, '0')}`;
      await writeSegment(files.store, round, segment, outcomes); // O1
      countOutcomes(outcomes);
      return {
        submit: [],
        ...page,
        rejected: outcome?.status === 'rejected' ? 1 : 0,
        failed: outcome?.status === 'failed' ? 1 : 0,
        warnings: 0,
        failures: await failureNotes(files.snapshot, outcomes),
      };
    });
  };
}

/** The outcome of a clip that cannot be fitted; else what is to be submitted. */
interface Fitted {
  outcome?: Outcome;
  page?: Pick<FitClipOutput, 'submit' | 'recalled' | 'cues'>;
}
