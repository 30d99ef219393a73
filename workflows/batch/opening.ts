// What happens before a batch's first page: the manifest of a request is read, and rows that were already
// scored are found. No callback can arrive yet.
import {
  ActivityFailure,
  type ActivityOptions,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  log,
  proxyActivities,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import type { IntakeActivities } from '../../contract/activities.js';
import type { BatchProgress, ScoreBatchInput } from '../../contract/batch.js';
import { noOutcomes } from '../../contract/clip.js';
import { filesQueueOf } from '../../contract/names.js';
import type { BatchRequest } from '../../contract/request.js';
import { shownLink } from '../../contract/secret-link.js';
import { sayAll } from './attributes.js';
import { declineShare } from '../pacing/account-link.js';
import { progressQuery, shareSignal } from '../messages.js';
import { pauseHandlers } from './pausing.js';
import { Notifier } from './notifying.js';
import { isObject } from '../checks.js';
import { checkStart, onSignals } from '../guarded.js';
import * as wire from '../wire.js';

const OPENING = {
  startToCloseTimeout: '30m',
  heartbeatTimeout: '30s',
  // A server that does not answer is retried for about a minute; permanent failures are not retried.
  retry: { initialInterval: '2s', maximumInterval: '20s', maximumAttempts: 6 },
} as const;
const { notificationUrl } = proxyActivities<IntakeActivities>({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '1h',
});
const MATCHING = {
  startToCloseTimeout: '6h',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
} as const;

/** A batch as it was opened. */
export interface Opened {
  input: ScoreBatchInput;
  /** Why it was paused meanwhile. */
  pause?: string;
}

/** Opens a batch, and leaves out the rows that the ledger knows. Does nothing after a continue-as-new. */
export async function openBatchOf(given: ScoreBatchInput | BatchRequest): Promise<Opened> {
  const prepared = isPrepared(given);
  if (prepared) checkStart(wire.batchInput, given, 'request_invalid');
  if (prepared && !needsMatching(given)) return { input: given };
  let pause: string | undefined;
  let present = prepared ? progressOfOpened(given) : progressBefore(given);
  onSignals([
    ...pauseHandlers(
      (reason) => void (pause = reason),
      () => void (pause = undefined),
    ),
    { name: shareSignal.name, handle: declineShare },
  ]);
  setHandler(progressQuery, () =>
    pause === undefined ? present : { ...present, state: 'paused', pauseReason: pause },
  );
  const input = prepared ? given : await openRequest(given);
  present = progressOfOpened(input);
  const rest = await withoutScored(input);
  // If `declineShare` arrived after the batch's first report, it would be taken for its leave report.
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
  return { input: rest, ...(pause !== undefined && { pause }) };
}

/** By a client of this package. Others may have sent anything, which the worker refuses with a message. */
function isPrepared(given: unknown): given is ScoreBatchInput {
  return typeof given === 'object' && given !== null && 'rows' in given && 'options' in given;
}

/** Opens the batch of a request, and sets the memo that batches started by clients have from the start. */
async function openRequest(request: BatchRequest): Promise<ScoreBatchInput> {
  let input: ScoreBatchInput;
  try {
    const { originalExecutionRunId } = workflowInfo();
    input = await withFiles(OPENING).openBatch(request, originalExecutionRunId);
  } catch (error) {
    const failure = failureOf(error);
    await notifyNotStarted(request, failure);
    throw failure;
  }
  const { name, store, round, rows } = input;
  if (input.attributes) sayAll(name);
  upsertMemo({ name, store, total: rows.count, rows: rows.count, round });
  return input;
}

/** The settings are not resolved yet, so an activity finds the URL. Never throws. */
async function notifyNotStarted(request: BatchRequest, failure: unknown): Promise<void> {
  try {
    const { url } = await CancellationScope.nonCancellable(() => notificationUrl(request));
    const notifier = new Notifier(url, () => ({}));
    if (isCancellation(failure)) await notifier.notify('batch.cancelled');
    else await notifier.notify('batch.failed', messageOf(failure));
  } catch (error) {
    log.warn('could not notify that a batch could not be opened', { error });
  }
}

/** The message of the error that the activity threw, else that of the activity's own failure. */
export function messageOf(failure: unknown): string {
  const cause = failure instanceof ActivityFailure ? (failure.cause ?? failure) : failure;
  return cause instanceof Error ? cause.message : String(cause);
}

function needsMatching({ options, carried, skipped }: ScoreBatchInput): boolean {
  return options.ledger !== undefined && !carried && skipped === undefined;
}

async function withoutScored(input: ScoreBatchInput): Promise<ScoreBatchInput> {
  const { store, round, rows, options } = input;
  const { ledger } = options;
  if (!ledger) return input;
  const matched = await CancellationScope.nonCancellable(() =>
    withFiles(MATCHING).matchLedger({ store, round, rows, ledger }),
  );
  return {
    ...{ ...input, rows: matched.rows, skipped: matched.skipped },
    ...(matched.found && { found: matched.found }),
  };
}

/** On the task queue of long-running activities. */
function withFiles(options: ActivityOptions) {
  const taskQueue = filesQueueOf(workflowInfo().taskQueue);
  return proxyActivities<IntakeActivities>({ ...options, taskQueue });
}

/** The batch fails with the fault of its manifest, not with a failed activity. */
function failureOf(error: unknown): unknown {
  if (!(error instanceof ActivityFailure) || !(error.cause instanceof ApplicationFailure)) {
    return error;
  }
  const { message, type } = error.cause;
  return ApplicationFailure.create({
    message,
    type: type ?? 'manifest_unreadable',
    nonRetryable: true,
    cause: error,
  });
}

/** @param request not checked yet */
function progressBefore(request: Partial<BatchRequest> | null | undefined): BatchProgress {
  const manifest = request?.manifest;
  if (typeof manifest === 'string') return opening(shownLink(manifest), '', 0);
  const name: unknown = isObject(manifest) ? manifest['name'] : undefined;
  return opening(typeof name === 'string' ? name : 'clips', '', 0);
}

function progressOfOpened({ name, store, rows, options }: ScoreBatchInput): BatchProgress {
  const { priority, pace } = options;
  return { ...opening(name, store, rows.count), priority, pace };
}

function opening(name: string, store: string, total: number): BatchProgress {
  return {
    ...{ name, store, round: 1, state: 'opening' },
    counts: noOutcomes(total),
    queued: total,
    ...{ submitting: 0, waiting: 0, unresolved: 0, backingOff: 0, finishing: 0 },
    ...{ submissions: 0, warnings: 0, lastFailures: [] },
    pace: { ratePerSecond: 0, burst: 1, maxInFlight: 0 },
    priority: 'normal',
    startedAt: workflowInfo().startTime.toISOString(),
  };
}
