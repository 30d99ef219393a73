import type { OutcomeCounts } from '../contract/clip.js';

/** Scripts depend on these. */
export const EXIT = {
  /** Every clip succeeded or was skipped; or the command did what it was asked. */
  ok: 0,
  /** It could not run: usage, configuration, manifest. */
  failed: 1,
  /** It ran, and some clips did not succeed. */
  someFailed: 2,
  /** Detached by Ctrl-C; the batch goes on at the next `run` or on a running worker. */
  detached: 130,
} as const;

export function exitCodeOf(counts: OutcomeCounts): number {
  return counts.succeeded + counts.skipped === counts.total ? EXIT.ok : EXIT.someFailed;
}
