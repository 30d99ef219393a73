// What activities count for whoever watches from outside (docs/metrics.md).
import { Context } from '@temporalio/activity';
import { accountOf } from '../contract/names.js';
import type { TaskEndStatus } from '../contract/activities.js';
import type { Outcome } from '../contract/clip.js';
import type { VendorFailure } from '../contract/failure.js';
import { currentMeter, record } from './meter.js';
import type { PostAnswer } from './submission-journal.js';

/** A POST, and what came of it. @param failure of a refusal */
export function countSubmission(
  answer: PostAnswer['kind'],
  failure: Pick<VendorFailure, 'class' | 'code'> | undefined,
  { durationMs, latenessMs }: { durationMs: number; latenessMs: number },
): void {
  const account = currentAccount();
  currentMeter()
    .createCounter('reelscore_submissions', undefined, 'Submissions, by answer')
    .add(1, { account, answer, class: failure?.class ?? '', code: failure?.code ?? '' });
  record('reelscore_submission_duration', durationMs, { account });
  record('reelscore_submission_lateness', Math.max(0, latenessMs), { account });
}

/** Outcomes that were recorded. An activity that is repeated counts its own again. */
export function countOutcomes(outcomes: readonly Outcome[]): void {
  const help = 'Clips that have ended, by status and error code';
  const counter = currentMeter().createCounter('reelscore_outcomes', undefined, help);
  const account = currentAccount();
  for (const { status, errorCode: code = '' } of outcomes)
    counter.add(1, { account, status, code });
}

/** A download of all files of a result. */
export function countDownload(end: 'fetched' | 'failed', durationMs: number): void {
  record('reelscore_download_duration', durationMs, { account: currentAccount(), end });
}

/** A task has ended, so long after the vendor accepted it. */
export function countTaskEnd(end: TaskEndStatus, waitMs: number): void {
  record('reelscore_vendor_wait', Math.max(0, waitMs), { account: currentAccount(), end });
}

/** Queues of an account's activities have its name before a dot. */
function currentAccount(): string {
  return accountOf(Context.current().info.taskQueue).split('.')[0] ?? '';
}
