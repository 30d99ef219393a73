// The meter of a process, as the SDK has it; without one nothing is counted. The exporter adds the suffixes `_total` and
// `_seconds`.
import { noopMetricMeter, type MetricMeter } from '@temporalio/common';

let meter: MetricMeter = noopMetricMeter;

/** Counts with this meter from now on. */
export function countWith(given: MetricMeter): void {
  meter = given;
}

export function currentMeter(): MetricMeter {
  return meter;
}

/** Whether anything is counted. */
export function isMetered(): boolean {
  return meter !== noopMetricMeter;
}

/** Names of histograms, with their buckets in seconds: the SDK's own begin at 50 ms. */
export const BUCKETS = {
  reelscore_submission_duration: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  reelscore_submission_lateness: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10],
  reelscore_vendor_wait: [1, 5, 15, 30, 60, 120, 180, 300, 600, 1200, 3600, 14_400],
  reelscore_download_duration: [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1200],
  reelscore_callback_duration: [0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
};

const HELP: Record<keyof typeof BUCKETS, string> = {
  reelscore_submission_duration: "Time until the vendor's answer to a submission",
  reelscore_submission_lateness: 'Time from the moment at which a submission was to leave',
  reelscore_vendor_wait:
    'Time from the acceptance of a submission until its task was seen to have ended',
  reelscore_download_duration: 'Time that the files of a result took',
  reelscore_callback_duration:
    'Time from the arrival of a callback to its answer; 200 once Temporal has taken it',
};

export function record(
  name: keyof typeof BUCKETS,
  ms: number,
  labels: Record<string, string>,
): void {
  meter.createHistogram(name, 'float', 'seconds', HELP[name]).record(ms / 1000, labels);
}
