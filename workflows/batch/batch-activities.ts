// The activities of a batch: their timeouts, their retry policies and their task queues.
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { BatchActivities } from '../../contract/activities.js';
import {
  downloadsQueueOf,
  encodingQueueOf,
  filesQueueOf,
  mediaQueueOf,
} from '../../contract/names.js';

const RETRY = { initialInterval: '1s', maximumInterval: '30s' } as const;

const PAGE = { startToCloseTimeout: '1h', heartbeatTimeout: '30s', retry: RETRY } as const;
const GROUP = { startToCloseTimeout: '15m', heartbeatTimeout: '20s', retry: RETRY } as const;
/** Each file has a time limit of its own (`downloadTimeout`), and a retry repeats no finished download. */
const DOWNLOADS = { ...GROUP, startToCloseTimeout: '6h' } as const;

/** ffmpeg takes at most half of what a clip lasts, and before that a long clip may have to be fetched. */
const ENCODING = { ...PAGE, startToCloseTimeout: '6h', heartbeatTimeout: '15s' } as const;

const { preparePage } = proxyActivities<BatchActivities>(PAGE);
const { queryTasks } = proxyActivities<BatchActivities>(GROUP);
const { joinAccount } = proxyActivities<BatchActivities>({
  startToCloseTimeout: '30s',
  retry: RETRY,
});
const { submitClip, submitClips } = proxyActivities<BatchActivities>({
  startToCloseTimeout: '3m',
  heartbeatTimeout: '10s',
  retry: RETRY, // a retry never repeats the POST: see activities/submit-clip.ts
});

/** @param probe whether clips are probed, which may be done on other machines than those that submit */
export function batchActivities(probe: boolean): BatchActivities {
  const { taskQueue } = workflowInfo();
  const probing = proxyActivities<BatchActivities>({ ...PAGE, taskQueue: mediaQueueOf(taskQueue) });
  const encoding = proxyActivities<BatchActivities>({
    ...ENCODING,
    taskQueue: encodingQueueOf(taskQueue),
  });
  // Long-running activities have task queues of their own, so that they never delay a submission.
  const files = proxyActivities<BatchActivities>({ ...PAGE, taskQueue: filesQueueOf(taskQueue) });
  const downloads = proxyActivities<BatchActivities>({
    ...DOWNLOADS,
    taskQueue: downloadsQueueOf(taskQueue),
  });
  return {
    ...{ joinAccount, submitClip, submitClips, queryTasks },
    preparePage: probe ? probing.preparePage : preparePage,
    fitClip: encoding.fitClip,
    joinCues: encoding.joinCues,
    finishClips: downloads.finishClips,
    finalizeBatch: files.finalizeBatch,
  };
}
