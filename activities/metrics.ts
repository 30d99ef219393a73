// What activities count for whoever watches from outside (docs/metrics.md). The exporter adds the suffixes `_total`
// and `_seconds`. One meter a process, as the SDK has it; without one nothing is counted.
import { Context } from '@temporalio/activity';
import { noopMetricMeter, type MetricMeter } from '@temporalio/common';
import { accountOf } from '../contract/names.js';
import type { Outcome } from '../contract/clip.js';
import type { PostAnswer } from './submission-journal.js';

let meter: MetricMeter = noopMetricMeter;

/** Counts with this meter from now on. */
export function countWith(given: MetricMeter): void {
  meter = given;
}

/** Names of histograms, with their buckets in seconds: the SDK's own begin at 50 ms. */
export const BUCKETS = {
  reelscore_submission_duration: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  reelscore_submission_lateness: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10],
  reelscore_download_duration: [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1200],
};

const HELP: Record<keyof typeof BUCKETS, string> = {
  reelscore_submission_duration: "Time until the vendor's answer to a submission",
  reelscore_submission_lateness: 'Time from the moment at which a submission was to leave',
  reelscore_download_duration: 'Time that the files of a result took',
};

/** A POST, and what came of it. @param code of a refusal; '' of others */
export function countSubmission(
  answer: PostAnswer['kind'],
  code: string,
  { durationMs, latenessMs }: { durationMs: number; latenessMs: number },
): void {
  const account = currentAccount();
  meter
    .createCounter('reelscore_submissions', undefined, 'Submissions, by answer')
    .add(1, { account, answer, code });
  record('reelscore_submission_duration', durationMs, { account });
  record('reelscore_submission_lateness', Math.max(0, latenessMs), { account });
}

/** Outcomes that were recorded. An activity that is repeated counts its own again. */
export function countOutcomes(outcomes: readonly Outcome[]): void {
  const help = 'Clips that have ended, by status and error code';
  const counter = meter.createCounter('reelscore_outcomes', undefined, help);
  const account = currentAccount();
  for (const { status, errorCode: code = '' } of outcomes)
    counter.add(1, { account, status, code });
}

/** A download of all files of a result. */
export function countDownload(end: 'fetched' | 'failed', durationMs: number): void {
  record('reelscore_download_duration', durationMs, { account: currentAccount(), end });
}

function record(name: keyof typeof BUCKETS, ms: number, tags: Record<string, string>): void {
  meter.createHistogram(name, 'float', 'seconds', HELP[name]).record(ms / 1000, tags);
}

/** Queues of an account's activities have its name before a dot. */
function currentAccount(): string {
  return accountOf(Context.current().info.taskQueue).split('.')[0] ?? '';
}
