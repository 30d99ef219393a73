// A batch keeps the settings it was started with; a client that attaches with others gets a note. Its pace is its
// account's: see limit-notes.ts.
import type { BatchOptions, FailureLimit } from '../contract/batch.js';

const NAMES = {
  priority: 'priority',
  probe: 'probe',
  pollIntervalMs: 'pollInterval',
  callbackGraceMs: 'callbackGrace',
  taskTimeoutMs: 'taskTimeout',
  maxRetries: 'maxRetries',
  maxFailedResubmissions: 'maxFailedResubmissions',
  maxTimedOutResubmissions: 'maxTimedOutResubmissions',
  retryBackoffMs: 'retryBackoff',
  maxFailures: 'maxFailures',
} as const;

type Named = keyof typeof NAMES;

/** One note if any setting differs. */
export function optionNotes(kept: BatchOptions, given: BatchOptions): string[] {
  const [has, asked] = [shownOf(kept), shownOf(given)];
  const differences = (Object.keys(NAMES) as Named[])
    .filter((key) => has[key] !== asked[key])
    .map((key) => {
      const unit = key.endsWith('Ms') ? ' ms' : '';
      return `${NAMES[key]} ${has[key]}${unit} (not ${asked[key]}${unit})`;
    });
  if (differences.length === 0) return [];
  return [`it keeps the settings it was started with: ${differences.join(', ')}`];
}

function shownOf(options: BatchOptions): Record<Named, number | string | boolean> {
  const { maxFailures } = options;
  return { ...options, maxFailures: maxFailures ? limitText(maxFailures) : 'none' };
}

function limitText(limit: FailureLimit): string {
  return 'clips' in limit ? String(limit.clips) : `${limit.percent}%`;
}
