// Names on the Temporal wire. Changing one breaks running batches.

export const SCORE_BATCH_WORKFLOW = 'scoreBatch';
export const TASK_CALLBACKS_SIGNAL = 'taskCallbacks';
export const PAUSE_SIGNAL = 'pause';
export const RESUME_SIGNAL = 'resume';
export const PROGRESS_QUERY = 'progress';
/** How long the batch's callbacks may wait for others, in ms. */
export const CALLBACK_WAIT_QUERY = 'callbackWait';
/** Location of the store with a submission's clip while a task may need it, else null. */
export const CLIP_STORE_QUERY = 'clipStore';

/** Delivers one notification, with retries for up to 3 days. */
export const NOTIFICATION_WORKFLOW = 'notification';

/** Mixes the finished videos of one batch. */
export const MIX_VIDEOS_WORKFLOW = 'mixVideos';
export const MIX_PROGRESS_QUERY = 'mixProgress';
/** Has it look through all rows once more. */
export const MIX_AGAIN_SIGNAL = 'mixAgain';

/** Workflow id of a batch's mixing. */
export function mixIdOf(batch: string): string {
  return `${MIX_PREFIX}${batch}`;
}

/** Search attributes, all of type Keyword: name of the manifest, what the batch is doing, account. */
export const ATTRIBUTES = {
  name: 'ReelscoreName',
  status: 'ReelscoreStatus',
  account: 'ReelscoreAccount',
} as const;

/** A manifest's name as the value of `ATTRIBUTES.name`: servers' databases keep at most 255 characters. */
export function nameAttribute(name: string): string {
  return Array.from(name).slice(0, LONGEST_ATTRIBUTE).join('');
}
const LONGEST_ATTRIBUTE = 200;

/** Status of a batch until it sets its own. */
export const FIRST_STATUS = 'running';

/** An attribute in the form that Temporal's SDKs accept. */
export function attributeOf(which: keyof typeof ATTRIBUTES, value: string) {
  return { key: attributeKey(which), value };
}

/** How Temporal's SDKs name an attribute. */
export function attributeKey(which: keyof typeof ATTRIBUTES) {
  return { name: ATTRIBUTES[which], type: 'KEYWORD' } as const;
}

/** All attributes of a batch at its start. */
export function firstAttributes(name: string, taskQueue: string) {
  return [
    attributeOf('name', nameAttribute(name)),
    attributeOf('account', accountOf(taskQueue)),
    attributeOf('status', FIRST_STATUS),
  ];
}

export const ACCOUNT_WORKFLOW = 'account';
/** From a batch to its account. */
export const REPORT_SIGNAL = 'report';
/** From an account to a batch. */
export const SHARE_SIGNAL = 'share';
export const TUNE_UPDATE = 'tune';
export const EVICT_UPDATE = 'evict';
export const ACCOUNT_QUERY = 'account';

/** Batches of the simulator's account never reach a worker that holds real keys. */
export const SIMULATOR_ACCOUNT = 'simulator';

/** Task queue of one account's batches: the workers that poll it hold that account's keys. */
export function taskQueueOf(account: string): string {
  return `${QUEUE_PREFIX}${account}`;
}

/** Visibility query for the batches of a task queue that run. */
export function runningBatchesOf(taskQueue: string): string {
  return `WorkflowType = '${SCORE_BATCH_WORKFLOW}' AND TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Running'`;
}

/** Task queue of the activities that probe clips, which may run on machines of their own. */
export function mediaQueueOf(taskQueue: string): string {
  return `${taskQueue}.media`; // no account's name has a dot
}

/** Task queue of what ffmpeg does, which takes all of a machine's processors; pages never wait for it. */
export function encodingQueueOf(taskQueue: string): string {
  return `${taskQueue}.encoding`;
}

/** Task queue of mixing; what is fitted never waits for it, because that holds up submissions. */
export function mixingQueueOf(taskQueue: string): string {
  return `${taskQueue}.mixing`;
}

/**
 * Task queue of long-running activities: the ledger, manifests, results. On the batch's own queue they could
 * take all of a worker's activity capacity and delay submissions.
 */
export function filesQueueOf(taskQueue: string): string {
  return `${taskQueue}.files`;
}

/**
 * Task queue of downloads. They depend on third-party servers, and a batch whose manifest or ledger was
 * queued behind them would submit nothing.
 */
export function downloadsQueueOf(taskQueue: string): string {
  return `${taskQueue}.downloads`;
}

/** The account whose batches use this task queue. */
export function accountOf(taskQueue: string): string {
  return taskQueue.slice(QUEUE_PREFIX.length);
}

/** Workflow id of an account, by the task queue of its batches. */
export function accountIdOf(taskQueue: string): string {
  return `${ACCOUNT_PREFIX}${accountOf(taskQueue)}`;
}

const QUEUE_PREFIX = 'reelscore-';
/** No batch id may begin with these. */
export const ACCOUNT_PREFIX = 'reelscore-account-';
export const MIX_PREFIX = 'reelscore-videos-';
