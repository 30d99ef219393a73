// What crosses the Temporal wire in the child-workflow-per-clip design.
import type { BatchOptions } from '../../contract/batch.js';

/** The one argument of the parent. */
export interface SlidingWindowInput {
  store: string;
  rows: number;
  /** Children at one time. */
  window: number;
  options: Pick<BatchOptions, 'probe' | 'callbackGraceMs' | 'pollIntervalMs'>;
  /** Only when continued as new. */
  carried?: { startedAt: number; next: number; running: number[] };
}

/** The one argument of a child. */
export interface ScoreClipInput extends Pick<SlidingWindowInput, 'store' | 'options'> {
  row: number;
}

/** From child to parent: this row is done. */
export const CLIP_DONE_SIGNAL = 'clipDone';

/** Workflow id of one clip's child. */
export function childId(batch: string, row: number): string {
  return `${batch}_${row}`;
}
