// The activities of a batch: how long each may take, how often it is tried, and the queue it is asked of.
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { BatchActivities } from '../../contract/activities.js';
import { downloadsQueueOf, filesQueueOf, mediaQueueOf } from '../../contract/names.js';

const RETRY = { initialInterval: '1s', maximumInterval: '30s' } as const;

const PAGE = { startToCloseTimeout: '1h', heartbeatTimeout: '30s', retry: RETRY } as const;
const GROUP = { startToCloseTimeout: '15m', heartbeatTimeout: '20s', retry: RETRY } as const;
/** Each file has a time of its own (`downloadTimeout`), and what is done is not done again. */
const DOWNLOADS = { ...GROUP, startToCloseTimeout: '6h' } as const;

const { preparePage } = proxyActivities<BatchActivities>(PAGE);
const { queryTasks } = proxyActivities<BatchActivities>(GROUP);
const { joinAccount } = proxyActivities<BatchActivities>({
  startToCloseTimeout: '30s',
  retry: RETRY,
});
const { submitClip } = proxyActivities<BatchActivities>({
  startToCloseTimeout: '3m',
  heartbeatTimeout: '10s',
  retry: RETRY, // a repeated attempt never repeats the POST: see activities/submit-clip.ts
});

/** @param probe clips are probed, which may be done by other machines than submit */
export function batchActivities(probe: boolean): BatchActivities {
  const { taskQueue } = workflowInfo();
  const probing = proxyActivities<BatchActivities>({ ...PAGE, taskQueue: mediaQueueOf(taskQueue) });
  // What may run long has queues of its own, so that it never takes a submission's place.
  const files = proxyActivities<BatchActivities>({ ...PAGE, taskQueue: filesQueueOf(taskQueue) });
  const downloads = proxyActivities<BatchActivities>({
    ...DOWNLOADS,
    taskQueue: downloadsQueueOf(taskQueue),
  });
  return {
    ...{ joinAccount, submitClip, queryTasks },
    preparePage: probe ? probing.preparePage : preparePage,
    finishClips: downloads.finishClips,
    finalizeBatch: files.finalizeBatch,
  };
}
