// Has the finished videos of a batch mixed, and waits for them.
import { setTimeout as delay } from 'node:timers/promises';
import type { MixProgress } from '../contract/mix.js';
import { accountOf, mixIdOf, taskQueueOf } from '../contract/names.js';
import type { LocateContext, StartContext } from './context.js';
import { ReelscoreError } from './errors.js';
import type { BareExecution } from './execution.js';
import type { FailingWork } from './failing-work.js';
import { locateBatch, mustHaveResults } from './locate.js';
import { reasonOf } from './reason.js';
import { isOpen } from './states.js';

const INTERVAL_MS = 500;

/** A batch whose videos are mixed. */
export interface MixedBatch {
  batch: string;
  /** Folder of the results. */
  store: string;
}

/** What mixing says, and what of its work fails and is tried again. */
export interface SeenMixing extends MixProgress {
  failing?: FailingWork[];
}

export interface MixWaitOptions {
  /** Called now and then; undefined when no worker answers. */
  onProgress?: (progress: SeenMixing | undefined) => void;
  /** Stops the waiting, not the mixing; `videos` then throws the signal's reason. */
  signal?: AbortSignal;
}

/** How mixing ended. */
export type EndedMixing = Pick<MixProgress, 'counts' | 'lastFailures'> & {
  state: 'finished' | 'cancelled';
};

/**
 * Has videos mixed of all clips that have their soundtracks; those that are there already, mixed alike, stay. If
 * mixing runs, it looks once more.
 * @throws ReelscoreError `batch_not_found`, `batch_running`, `results_gone`, `batch_mismatch`
 */
export async function startMixing(context: StartContext, batch: string): Promise<MixedBatch> {
  const { temporal, config } = context;
  const located = await locateBatch(context, batch);
  const { store, execution, record } = located;
  if (execution && isOpen(execution)) {
    throw new ReelscoreError(
      'batch_running',
      `batch ${batch} is still running (wait for its end: reelscore status ${batch})`,
    );
  }
  await mustHaveResults(located);
  const taskQueue = taskQueueOf(config.account);
  const owner = execution?.taskQueue ?? taskQueueOf(record?.account ?? config.account);
  if (owner !== taskQueue) {
    throw new ReelscoreError(
      'batch_mismatch',
      `batch ${batch} belongs to another account (set REELSCORE_ACCOUNT to ${accountOf(owner)})`,
    );
  }
  await temporal.startMixing(taskQueue, {
    ...{ version: 1, batch, store: store.location, mix: config.mix, skipped: true },
    round: Math.max(record?.round ?? 1, execution?.memo.round ?? 1),
    historyBound: config.historyBound,
  });
  return { batch, store: store.location };
}

/** How mixing stands while it runs; undefined if it does not, or no worker answers for it. */
export async function mixingOf(
  { temporal }: Pick<LocateContext, 'temporal'>,
  batch: string,
): Promise<SeenMixing | undefined> {
  const found = await temporal.describeMixing(mixIdOf(batch));
  if (!found || !isOpen(found)) return undefined;
  // Otherwise it would wait for a query that no worker will answer.
  if (!(await temporal.hasPollers(found.taskQueue, 'workflows'))) return undefined;
  return withFailing(await temporal.mixProgress(mixIdOf(batch)), found);
}

function withFailing(
  progress: MixProgress | undefined,
  { failing }: BareExecution,
): SeenMixing | undefined {
  return progress && failing?.length ? { ...progress, failing } : progress;
}

/**
 * Waits for the videos of a batch; undefined if none are mixed, as far as Temporal knows.
 * @throws ReelscoreError `mixing_stopped`
 */
export async function waitForVideos(
  { temporal }: Pick<LocateContext, 'temporal'>,
  batch: string,
  { onProgress, signal }: MixWaitOptions = {},
): Promise<EndedMixing | undefined> {
  const id = mixIdOf(batch);
  for (;;) {
    signal?.throwIfAborted();
    const found = await temporal.describeMixing(id);
    if (!found) return undefined;
    const { status } = found;
    if (status === 'COMPLETED') return { ...(await temporal.mixed(id)), state: 'finished' };
    if (status === 'CANCELLED') return cancelled();
    if (!isOpen(found)) {
      const why = await reasonOf(temporal, found);
      throw new ReelscoreError(
        'mixing_stopped',
        `the mixing of ${batch} stopped: ${why} (go on with: reelscore mix ${batch})`,
      );
    }
    if (onProgress) onProgress(withFailing(await temporal.mixProgress(id), found));
    await delay(INTERVAL_MS, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
  }
}

function cancelled(): EndedMixing {
  const counts = { found: 0, made: 0, kept: 0, failed: 0 };
  return { state: 'cancelled', counts, lastFailures: [] };
}
