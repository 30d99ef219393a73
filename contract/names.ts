// Names on the Temporal wire. Changing one breaks running batches.

export const SCORE_BATCH_WORKFLOW = 'scoreBatch';
export const TASK_CALLBACKS_SIGNAL = 'taskCallbacks';
export const PAUSE_SIGNAL = 'pause';
export const RESUME_SIGNAL = 'resume';
export const PROGRESS_QUERY = 'progress';

/** Delivers one notification, for as long as it takes. */
export const NOTIFICATION_WORKFLOW = 'notification';

/** Search attributes, all of type Keyword: name of the manifest, what the batch is doing, account. */
export const ATTRIBUTES = {
  name: 'ReelscoreName',
  status: 'ReelscoreStatus',
  account: 'ReelscoreAccount',
} as const;

/** The name of a manifest as `ATTRIBUTES.name` has it: servers' databases keep 255 characters of one. */
export function nameAttribute(name: string): string {
  return Array.from(name).slice(0, LONGEST_ATTRIBUTE).join('');
}
const LONGEST_ATTRIBUTE = 200;

/** What a batch is doing, until it says so itself. */
export const FIRST_STATUS = 'running';

/** An attribute as Temporal's SDKs take it. */
export function attributeOf(which: keyof typeof ATTRIBUTES, value: string) {
  return { key: attributeKey(which), value };
}

/** How Temporal's SDKs name an attribute. */
export function attributeKey(which: keyof typeof ATTRIBUTES) {
  return { name: ATTRIBUTES[which], type: 'KEYWORD' } as const;
}

/** All attributes of a batch that starts. */
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

/** Task queue of the activities that probe clips, which may run on machines of their own. */
export function mediaQueueOf(taskQueue: string): string {
  return `${taskQueue}.media`; // no account's name has a dot
}

/**
 * Task queue of the activities that may run long: the ledger, manifests, results. On the batch's own queue they
 * could hold all places for activities, and make submissions late.
 */
export function filesQueueOf(taskQueue: string): string {
  return `${taskQueue}.files`;
}

/**
 * Task queue of downloads. They wait for servers of others, and a batch whose manifest or ledger waited behind
 * them would submit nothing.
 */
export function downloadsQueueOf(taskQueue: string): string {
  return `${taskQueue}.downloads`;
}

/** The account whose batches have this task queue. */
export function accountOf(taskQueue: string): string {
  return taskQueue.slice(QUEUE_PREFIX.length);
}

/** Workflow id of an account, by the task queue of its batches. */
export function accountIdOf(taskQueue: string): string {
  return `${ACCOUNT_PREFIX}${accountOf(taskQueue)}`;
}

const QUEUE_PREFIX = 'reelscore-';
/** No batch may be called so. */
export const ACCOUNT_PREFIX = 'reelscore-account-';
