// How a batch stands, from whoever can tell: the batch itself, its summary, or its outcomes on disk.
import type { BatchActivities } from '../contract/activities.js';
import type { BatchProgress } from '../contract/batch.js';
import type { OutcomeCounts } from '../contract/clip.js';
import { accountOf, mediaQueueOf } from '../contract/names.js';
import { openSnapshot } from '../manifests/snapshot.js';
import { SNAPSHOT_KEY } from '../manifests/snapshot-format.js';
import { readSegment, segmentsOf } from '../outcomes/segments.js';
import { openLocalStore } from '../store/local-store.js';
import type { Store } from '../store/store.js';
import { readBatchRecord } from '../intake/batch-record.js';
import type { LocatedBatch } from './locate.js';
import { isOpen, phaseOf, type BatchPhase } from './states.js';
import type { Execution } from './execution.js';
import type { TemporalClient } from './temporal.js';
import { readSummary } from '../outcomes/summary.js';

/** Name of an activity on the Temporal wire. */
const PREPARE_PAGE: keyof BatchActivities = 'preparePage';

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
  /** Nothing goes on: its clips wait to be looked into, and no worker does that. */
  proberMissing?: true;
  /** The batch's own answer. */
  progress?: BatchProgress;
}

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
    // Without this, a query that nobody will answer is waited for.
    const progress = (await temporal.hasPollers(execution.taskQueue, 'workflows'))
      ? await temporal.progress(batch, withinMs)
      : undefined;
    if (!progress) return await unanswered(execution);
    const lacking = await lacksProber(temporal, execution, progress);
    return { ...answered(execution, progress), ...(lacking && { proberMissing: true }) };
  }
  const state = phaseOf(execution);
  const summary = state === 'stopped' ? undefined : await readSummary(store, batch);
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

/** Pages that are looked into have a task queue of their own, which workers may leave to others. */
async function lacksProber(
  temporal: TemporalClient,
  { batch, taskQueue, memo }: Execution,
  { state, queued, submitting, waiting }: BatchProgress,
): Promise<boolean> {
  if (state !== 'running' || queued === 0 || submitting + waiting > 0) return false;
  if (await temporal.hasPollers(mediaQueueOf(taskQueue), 'activities')) return false;
  const record = await readBatchRecord(openLocalStore(memo.store));
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

async function unanswered(execution: Execution): Promise<BatchStatus> {
  const { memo, startedAt } = execution;
  return {
    ...basics(execution),
    state: phaseOf(execution),
    counts: await countOutcomes(openLocalStore(memo.store), memo.rows, memo.round),
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
  const info = frozen ? await openSnapshot(store).info() : {};
  for (const key of await segmentsOf(store, info)) {
    if (round !== undefined && !key.startsWith(`outcomes/${round}-`)) continue;
    for (const outcome of await readSegment(store, key)) latest.set(outcome.row, outcome.status);
  }
  const counts = { total, succeeded: 0, failed: 0, rejected: 0, cancelled: 0, skipped: 0 };
  for (const status of latest.values()) counts[status] += 1;
  return counts;
}
