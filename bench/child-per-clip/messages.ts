// What crosses the Temporal wire in the child-workflow-per-clip design.
import type { ScoreOptions } from '../support/score-clip.js';

/** The one argument of the parent. */
export interface SlidingWindowInput {
  store: string;
  rows: number;
  /** Clips that hold a slot at one time. */
  window: number;
  /** How long a clip holds its slot: to the end, or until the end of its task is confirmed. */
  slotUntil: 'recorded' | 'confirmed';
  /** Task queue of the submissions. */
  submitQueue: string;
  options: ScoreOptions;
  /** Only when continued as new. */
  carried?: { startedAt: number; next: number; inWindow: number[]; running: number[] };
}

/** The one argument of a child. */
export interface ScoreClipInput extends Pick<
  SlidingWindowInput,
  'store' | 'options' | 'slotUntil' | 'submitQueue'
> {
  row: number;
}

/** From child to parent: this row needs its slot no more. */
export const SLOT_FREE_SIGNAL = 'slotFree';
/** From child to parent: this row is done. */
export const CLIP_DONE_SIGNAL = 'clipDone';

/** Workflow id of one clip's child. */
export function childId(batch: string, row: number): string {
  return `${batch}_${row}`;
}
