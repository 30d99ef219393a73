import type {
  AccountActivities,
  BatchActivities,
  IntakeActivities,
  NotificationActivities,
} from '../contract/activities.js';
import { findBatches, findGone, joinAccount } from './account-batches.js';
import type { Intake } from '../intake/open-batch.js';
import { OpenBatches } from './batch-files.js';
import type { ActivityDependencies } from './dependencies.js';
import { finalizeBatchActivity } from './finalize-batch.js';
import { joinCuesActivity } from './cues/join-cues.js';
import { fitClipActivity } from './fitting/fit-clip.js';
import type { FitDependencies } from './fitting/make-fit.js';
import { finishClipsActivity } from './finish-clips.js';
import { matchLedgerActivity } from './match-ledger.js';
import type { MixActivities } from '../contract/mix.js';
import { findMixesActivity } from './mixing/find-mixes.js';
import type { MixDependencies } from './mixing/make-video.js';
import { mixClipActivity } from './mixing/mix-clip.js';
import { writeMixesActivity } from './mixing/write-mixes.js';
import { notificationUrlActivity } from './notification-url.js';
import { openBatchActivity } from './open-batch.js';
import { OpenLedgers } from './open-ledgers.js';
import { notifyActivity } from './notify.js';
import { preparePageActivity } from './prepare-page.js';
import { queryTasksActivity } from './query-tasks.js';
import { KeptLinks } from './result-links.js';
import { submitActivities } from './submit-clips.js';

export type { ActivityDependencies } from './dependencies.js';

/** The activities of a worker that only probes and fits clips. */
export function createMediaActivities(
  deps: Pick<ActivityDependencies, 'openStore' | 'delivery'> & FitDependencies,
): Pick<BatchActivities, 'preparePage' | 'fitClip' | 'joinCues'> {
  const batches = new OpenBatches(deps.openStore);
  const ledgers = new OpenLedgers(deps.openStore);
  return {
    preparePage: preparePageActivity(deps, batches),
    fitClip: fitClipActivity(deps, batches),
    joinCues: joinCuesActivity(deps, batches, ledgers),
  };
}

/** The activities that make finished videos. */
export function createMixActivities(
  deps: Pick<ActivityDependencies, 'openStore'> & MixDependencies,
): MixActivities {
  const batches = new OpenBatches(deps.openStore);
  return {
    findMixes: findMixesActivity(batches),
    mixClip: mixClipActivity(deps, batches),
    writeMixes: writeMixesActivity(batches),
  };
}

/** The activities that open batches for the requests of schedules and other programs. */
export function createIntakeActivities(intake: Intake): Omit<IntakeActivities, 'matchLedger'> {
  return { openBatch: openBatchActivity(intake), notificationUrl: notificationUrlActivity(intake) };
}

/** The activities of one worker, except those that open batches. */
export function createActivities(
  deps: ActivityDependencies,
): Omit<BatchActivities, 'fitClip' | 'joinCues'> &
  AccountActivities &
  NotificationActivities &
  Pick<IntakeActivities, 'matchLedger'> {
  const batches = new OpenBatches(deps.openStore);
  const ledgers = new OpenLedgers(deps.openStore);
  const links = new KeptLinks();
  return {
    matchLedger: matchLedgerActivity(deps, batches, ledgers),
    preparePage: preparePageActivity(deps, batches),
    ...submitActivities(deps, batches),
    queryTasks: queryTasksActivity(deps, batches, links),
    finishClips: finishClipsActivity(deps, batches, links, ledgers),
    finalizeBatch: finalizeBatchActivity(deps, batches),
    notify: notifyActivity(deps),
    ...{ joinAccount, findBatches, findGone },
  };
}
