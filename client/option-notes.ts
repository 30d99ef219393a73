// A batch keeps the settings it was started with; whoever attaches with others is told.
import type { BatchOptions } from '../contract/batch.js';

const PLAIN = {
  probe: 'probe',
  pollIntervalMs: 'pollInterval',
  callbackGraceMs: 'callbackGrace',
  taskTimeoutMs: 'taskTimeout',
  maxRetries: 'maxRetries',
  maxFailedResubmissions: 'maxFailedResubmissions',
  maxTimedOutResubmissions: 'maxTimedOutResubmissions',
  retryBackoffMs: 'retryBackoff',
} as const;

const PACE = { ratePerSecond: 'rate', burst: 'burst', maxInFlight: 'maxInFlight' } as const;

/** One note if any setting differs. */
export function optionNotes(kept: BatchOptions, given: BatchOptions): string[] {
  const differences = [...differing(PACE, kept.pace, given.pace), ...differing(PLAIN, kept, given)];
  if (differences.length === 0) return [];
  return [`it keeps the settings it was started with: ${differences.join(', ')}`];
}

function differing<Names extends Record<string, string>>(
  names: Names,
  kept: Record<keyof Names & string, number | boolean>,
  given: Record<keyof Names & string, number | boolean>,
): string[] {
  return (Object.keys(names) as (keyof Names & string)[])
    .filter((key) => kept[key] !== given[key])
    .map((key) => {
      const unit = key.endsWith('Ms') ? ' ms' : '';
      return `${names[key]} ${String(kept[key])}${unit} (not ${String(given[key])}${unit})`;
    });
}
