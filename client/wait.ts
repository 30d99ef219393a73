// Watches a batch until it has ended.
import { setTimeout as delay } from 'node:timers/promises';
import type { BatchSummary } from '../contract/clip.js';
import { stoppedError } from './errors.js';
import { isOpen, phaseOf } from './states.js';
import type { Sources, LocateContext } from './context.js';
import type { SeenProgress } from './failing-work.js';
import { openedOf, type BareExecution } from './execution.js';
import { locateBatch } from './locate.js';
import type { TemporalClient } from './temporal.js';
import { readSummary } from '../outcomes/summary.js';
import { reasonOf } from './reason.js';
import { notStartedError } from './not-started.js';

/** How soon the end is noticed. */
const INTERVAL_MS = 500;

export interface WaitOptions {
  /** Called now and then: what the batch says, and what of its work fails and is
   * tried again; undefined when no worker answers. */
  onProgress?: (progress: SeenProgress | undefined) => void;
  /**
   * Time between two calls of `onProgress`. Default: 500 with the embedded server, else 5000, because
   * each is a query, which Temporal Cloud bills.
   */
  progressMs?: number;
  /** Stops the waiting, not the batch; `wait` then throws the signal's reason. */
  signal?: AbortSignal;
}

/** How a batch ended. */
export interface EndedBatch {
  batch: string;
  state: 'finished' | 'cancelled';
  summary: BatchSummary;
  /** Folder of the results. */
  store: string;
}

/**
 * Resolves when the batch has ended, whatever became of its clips.
 * @throws ReelscoreError `batch_not_found`, `batch_stopped`
 */
export async function waitForBatch(
  context: LocateContext,
  batch: string,
  { onProgress, progressMs = INTERVAL_MS, signal }: WaitOptions = {},
): Promise<EndedBatch> {
  const { temporal } = context;
  let nextProgress = 0;
  for (;;) {
    signal?.throwIfAborted();
    const execution = await describeUnlessAborted(temporal, batch, signal);
    if (!execution) return await endOfForgotten(context, batch);
    if (!isOpen(execution)) return await endOf(context, execution);
    if (onProgress && Date.now() >= nextProgress) {
      nextProgress = Date.now() + progressMs;
      const progress = await temporal.progress(batch);
      const { failing = [] } = execution;
      onProgress(progress && failing.length > 0 ? { ...progress, failing } : progress);
    }
    await pause(signal);
  }
}

async function describeUnlessAborted(
  temporal: TemporalClient,
  batch: string,
  signal?: AbortSignal,
): Promise<BareExecution | undefined> {
  try {
    return await temporal.describeBare(batch, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** A batch that ends is known within the interval; an aborted wait ends at once. */
async function pause(signal?: AbortSignal): Promise<void> {
  try {
    await delay(INTERVAL_MS, undefined, signal && { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

async function endOf({ temporal, openStore }: Sources, bare: BareExecution): Promise<EndedBatch> {
  const execution = openedOf(bare);
  if (!execution) throw await notStartedError(temporal, bare);
  const { batch, memo } = execution;
  const state = phaseOf(execution);
  const ended = { batch, store: memo.store };
  if (state === 'finished') return { ...ended, state, summary: await temporal.result(batch) };
  const summary =
    state === 'cancelled' ? await readSummary(openStore(memo.store), batch) : undefined;
  if (summary) return { ...ended, state: 'cancelled', summary };
  throw stoppedError(batch, await reasonOf(temporal, execution));
}

/** Temporal keeps batches for a time only; their results stay. */
async function endOfForgotten(context: LocateContext, batch: string): Promise<EndedBatch> {
  const { store } = await locateBatch(context, batch);
  const summary = await readSummary(store, batch);
  if (!summary) throw stoppedError(batch, 'lost by Temporal');
  return { batch, state: 'finished', summary, store: store.location };
}
