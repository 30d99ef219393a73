// Watches a batch until it has ended.
import { setTimeout as delay } from 'node:timers/promises';
import type { BatchProgress } from '../contract/batch.js';
import type { BatchSummary } from '../contract/clip.js';
import { openLocalStore } from '../store/local-store.js';
import { ReelscoreError, stoppedError } from './errors.js';
import { isOpen, phaseOf } from './states.js';
import type { BareExecution } from './execution.js';
import type { TemporalClient } from './temporal.js';
import { readSummary } from '../outcomes/summary.js';
import { reasonOf } from './reason.js';
import { unopenedError } from './unopened.js';

/** How soon the end is noticed. */
const INTERVAL_MS = 500;

export interface WaitOptions {
  /** Called now and then: what the batch says, or undefined when no worker answers. */
  onProgress?: (progress: BatchProgress | undefined) => void;
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
  temporal: TemporalClient,
  batch: string,
  { onProgress, progressMs = INTERVAL_MS, signal }: WaitOptions = {},
): Promise<EndedBatch> {
  let nextProgress = 0;
  for (;;) {
    signal?.throwIfAborted();
    const execution = await describeUnlessAborted(temporal, batch, signal);
    if (!execution) {
      throw new ReelscoreError(
        'batch_not_found',
        `Temporal does not know batch ${batch} (see the batches with: reelscore status)`,
      );
    }
    if (!isOpen(execution)) return await endOf(temporal, execution);
    if (onProgress && Date.now() >= nextProgress) {
      nextProgress = Date.now() + progressMs;
      onProgress(await temporal.progress(batch));
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

async function endOf(temporal: TemporalClient, execution: BareExecution): Promise<EndedBatch> {
  const { batch, memo } = execution;
  const state = phaseOf(execution);
  if (!memo) throw await unopenedError(temporal, execution);
  const ended = { batch, store: memo.store };
  if (state === 'finished') return { ...ended, state, summary: await temporal.result(batch) };
  const summary =
    state === 'cancelled' ? await readSummary(openLocalStore(memo.store), batch) : undefined;
  if (summary) return { ...ended, state: 'cancelled', summary };
  throw stoppedError(batch, await reasonOf(temporal, execution));
}
