import type {
  AccountActivities,
  BatchActivities,
  NotificationActivities,
} from '../contract/activities.js';
import { findBatches, findGone, joinAccount } from './account-batches.js';
import { OpenBatches } from './batch-files.js';
import type { ActivityDependencies } from './dependencies.js';
import { finalizeBatchActivity } from './finalize-batch.js';
import { finishClipsActivity } from './finish-clips.js';
import { notifyActivity } from './notify.js';
import { preparePageActivity } from './prepare-page.js';
import { queryTasksActivity } from './query-tasks.js';
import { ResultLinks } from './result-links.js';
import { submitClipActivity } from './submit-clip.js';

export type { ActivityDependencies } from './dependencies.js';

/** The activities of a worker that only looks into clips. */
export function createMediaActivities(
  deps: Pick<ActivityDependencies, 'openStore' | 'probe'>,
): Pick<BatchActivities, 'preparePage'> {
  return { preparePage: preparePageActivity(deps, new OpenBatches(deps.openStore)) };
}

/** The activities of one worker, over what it was composed of. */
export function createActivities(
  deps: ActivityDependencies,
): BatchActivities & AccountActivities & NotificationActivities {
  const batches = new OpenBatches(deps.openStore);
  const links = new ResultLinks();
  return {
    preparePage: preparePageActivity(deps, batches),
    submitClip: submitClipActivity(deps, batches),
    queryTasks: queryTasksActivity(deps, batches, links),
    finishClips: finishClipsActivity(deps, batches, links),
    finalizeBatch: finalizeBatchActivity(batches),
    notify: notifyActivity(deps),
    ...{ joinAccount, findBatches, findGone },
  };
}
