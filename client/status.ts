// The state of a batch, from the batch itself, its summary, or its outcomes on disk.
import type { BatchActivities, IntakeActivities } from '../contract/activities.js';
import type { BatchProgress } from '../contract/batch.js';
import { noOutcomes, type OutcomeCounts } from '../contract/clip.js';
import { accountOf, downloadsQueueOf, filesQueueOf, mediaQueueOf } from '../contract/names.js';
import { openSnapshot } from '../manifests/snapshot.js';
import { SNAPSHOT_KEY } from '../manifests/snapshot-format.js';
import { Counting, readSegment, segmentsOf } from '../outcomes/segments.js';
import type { Store } from '../store/store.js';
import { readBatchRecord } from '../intake/batch-record.js';
import type { FailingWork } from './failing-work.js';
import type { LocatedBatch } from './locate.js';
import { isOpen, phaseOf, type BatchPhase } from './states.js';
import type { BareExecution, Execution } from './execution.js';
import { reasonOf } from './reason.js';
import type { TemporalClient } from './temporal.js';
import type { SeenMixing } from './videos.js';
import { readSummary } from '../outcomes/summary.js';

/** Name of an activity on the Temporal wire. */
const PREPARE_PAGE: keyof BatchActivities = 'preparePage';
const FILES_WORK = new Set<string>([
  ...(['finishClips', 'finalizeBatch'] satisfies (keyof BatchActivities)[]),
  ...(['openBatch', 'matchLedger'] satisfies (keyof IntakeActivities)[]),
]);

export interface BatchStatus {
  batch: string;
  /** Of the manifest. */
  name: string;
  /** Name of the vendor account; absent when neither Temporal nor the store tells. */
  account?: string;
  state: BatchPhase;
  /** 1 for the first run, one more for each `retry`. */
  round: number;
  /** Of this round's rows while it runs, of the whole manifest when it has ended. */
  counts: OutcomeCounts;
  /** Accepted by the vendor, of this round or the whole batch; absent when only the store answers. */
  submissions?: number;
  /** ISO 8601; absent when Temporal has forgotten the batch and it never finished. */
  startedAt?: string;
  finishedAt?: string;
  /** Folder of the results; absent when its manifest is not read yet, or never could be. */
  store?: string;
  /** Why it stopped before it was opened. */
  reason?: string;
  /** Page of the batch in Temporal's web UI. */
  url?: string;
  /** Only of a batch that runs: whether a worker answered for it. */
  workerAnswering?: boolean;
  /** It makes no progress: its clips wait to be probed, and no worker does that. */
  proberMissing?: true;
  /** It waits for downloads, the ledger, its manifest or results, and no worker does these. */
  filesWorkerMissing?: true;
  /** Only of a batch that runs: what has failed and is tried again, with its cause. */
  failing?: FailingWork[];
  /** The batch's own answer. */
  progress?: BatchProgress;
  /** Only of a batch asked for by itself, while its finished videos are mixed. */
  mixing?: SeenMixing;
}

/** A batch that Temporal knows, and its results. */
type Opened = Pick<Required<LocatedBatch>, 'execution' | 'store'>;

/** @param withinMs how long a worker may take to answer */
export async function statusOf(
  temporal: TemporalClient,
  { batch, store, execution, record }: LocatedBatch,
  withinMs?: number,
): Promise<BatchStatus> {
  if (!execution) {
    return { ...(await forgotten(batch, store)), ...(record && { account: record.account }) };
  }
  if (isOpen(execution)) {
    // Otherwise it would wait for a query that no worker will answer.
    const progress = (await temporal.hasPollers(execution.taskQueue, 'workflows'))
      ? await temporal.progress(batch, withinMs)
      : undefined;
    const failing = await failingOf(temporal, execution);
    if (!progress) return { ...(await unanswered({ execution, store })), ...failing };
    const lacking = await lacksProber(temporal, { execution, store }, progress);
    return {
      ...{ ...answered(execution, progress), ...failing },
      ...(lacking && { proberMissing: true }),
      ...((await lacksFilesWorker(temporal, execution)) && { filesWorkerMissing: true }),
    };
  }
  const state = phaseOf(execution);
  // The folder may be gone; the server keeps the summary of a finished batch.
  const summary =
    state === 'stopped'
      ? undefined
      : ((await readSummary(store, batch)) ??
        (state === 'finished' ? await temporal.result(batch) : undefined));
  const { memo, startedAt, closedAt } = execution;
  return {
    ...basics(execution),
    state,
    counts: summary?.counts ?? (await countOutcomes(store, memo.total)),
    ...(summary && { submissions: summary.submissions }),
    startedAt: summary?.startedAt ?? startedAt.toISOString(),
    ...(closedAt && { finishedAt: summary?.finishedAt ?? closedAt.toISOString() }),
  };
}

function basics({ batch, memo, taskQueue }: Execution) {
  const { name, round, store } = memo;
  return { batch, name, account: accountOf(taskQueue), round, store };
}

/** How it stands while its manifest is not read yet, or if that never could be. */
export async function notStartedStatus(
  temporal: TemporalClient,
  execution: BareExecution,
): Promise<BatchStatus> {
  const { batch, taskQueue, startedAt, closedAt, failing = [] } = execution;
  const open = isOpen(execution);
  return {
    ...{ batch, name: batch, account: accountOf(taskQueue), round: 1 },
    state: open ? 'opening' : phaseOf(execution),
    counts: noOutcomes(),
    startedAt: startedAt.toISOString(),
    ...(closedAt && { finishedAt: closedAt.toISOString() }),
    ...(failing.length > 0 && { failing }),
    ...(open && (await lacksFilesWorker(temporal, execution)) && { filesWorkerMissing: true }),
    ...(open
      ? { workerAnswering: await temporal.hasPollers(taskQueue, 'workflows') }
      : { reason: await reasonOf(temporal, execution) }),
  };
}

/** Whether a worker has asked for what may run long: manifests, the ledger, downloads, results. */
export async function servesFiles(temporal: TemporalClient, taskQueue: string): Promise<boolean> {
  const queues = [filesQueueOf(taskQueue), downloadsQueueOf(taskQueue)];
  const asked = await Promise.all(queues.map((queue) => temporal.hasPollers(queue, 'activities')));
  return !asked.includes(false);
}

/** Workers of earlier versions do not ask the task queues of what may run long. */
export async function lacksFilesWorker(
  temporal: TemporalClient,
  { batch, taskQueue }: Pick<Execution, 'batch' | 'taskQueue'>,
): Promise<boolean> {
  if (await servesFiles(temporal, taskQueue)) return false;
  return (await temporal.untakenActivities(batch)).some((name) => FILES_WORK.has(name));
}

/** A list of executions does not tell it. */
async function failingOf(
  temporal: TemporalClient,
  { batch, failing }: Execution,
): Promise<{ failing?: FailingWork[] }> {
  const work = failing ?? (await temporal.describeBare(batch))?.failing ?? [];
  return work.length > 0 ? { failing: work } : {};
}

/** Pages that are probed have a task queue of their own, which a worker need not serve. */
async function lacksProber(
  temporal: TemporalClient,
  { execution: { batch, taskQueue }, store }: Opened,
  { state, queued, submitting, waiting }: BatchProgress,
): Promise<boolean> {
  if (state !== 'running' || queued === 0 || submitting + waiting > 0) return false;
  if (await temporal.hasPollers(mediaQueueOf(taskQueue), 'activities')) return false;
  const record = await readBatchRecord(store).catch(() => undefined);
  if (record?.options.probe === false) return false;
  return (await temporal.untakenActivities(batch)).includes(PREPARE_PAGE);
}

function answered(execution: Execution, progress: BatchProgress): BatchStatus {
  return {
    ...basics(execution),
    state: phaseOf(execution, progress.state),
    counts: progress.counts,
    submissions: progress.submissions,
    startedAt: progress.startedAt,
    workerAnswering: true,
    progress,
  };
}

async function unanswered({ execution, store }: Opened): Promise<BatchStatus> {
  const { memo, startedAt } = execution;
  const counted = countOutcomes(store, memo.rows, memo.round);
  return {
    ...basics(execution),
    state: phaseOf(execution),
    counts: await counted.catch(() => noOutcomes(memo.rows)), // the store may be what is missing
    startedAt: startedAt.toISOString(),
    workerAnswering: false,
  };
}

async function forgotten(batch: string, store: Store): Promise<BatchStatus> {
  const summary = await readSummary(store, batch);
  const frozen = await store.exists(SNAPSHOT_KEY);
  const info = frozen ? await openSnapshot(store).info() : undefined;
  return {
    batch,
    name: info?.name ?? batch,
    state: summary ? 'finished' : 'stopped',
    round: 1,
    counts: summary?.counts ?? (await countOutcomes(store, info?.total ?? 0)),
    ...(summary && {
      submissions: summary.submissions,
      startedAt: summary.startedAt,
      finishedAt: summary.finishedAt,
    }),
    store: store.location,
  };
}

/**
 * Counts the newest outcome of each row.
 * @param round count this round's outcomes only
 */
async function countOutcomes(store: Store, total: number, round?: number): Promise<OutcomeCounts> {
  const latest = new Map<number, keyof OutcomeCounts>();
  const frozen = await store.exists(SNAPSHOT_KEY);
  const info = frozen ? await openSnapshot(store).info() : undefined;
  const counting = new Counting(info?.total ?? total);
  for (const key of await segmentsOf(store, info ?? {})) {
    if (round !== undefined && !key.startsWith(`outcomes/${round}-`)) continue;
    for (const outcome of await readSegment(store, key)) {
      if (counting.counts(outcome)) latest.set(outcome.row, outcome.status);
    }
  }
  const counts = noOutcomes(total);
  for (const status of latest.values()) counts[status] += 1;
  return counts;
}
