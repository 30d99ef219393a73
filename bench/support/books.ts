// Compares what a vendor was paid for with what came of it. Pure.
import type { TaskEntry } from '../../tomoviee/simulator/task-list.js';

/** How the vendor's numbers say that a task came to nothing, so that another try is no fault. */
const FAILED_STATUSES = new Set([4, 5, 6]);

export interface Books {
  /** Clips with no soundtrack. */
  lost: number;
  /** Clips paid for more than once, and nothing tells so. */
  paidTwiceSilently: number;
  /** The same, but the results say that it may be so. */
  paidTwiceFlagged: number;
  /** Clips that the results flag although they were paid for once. */
  flaggedInVain: number;
}

export interface BookedClip {
  fileLink: string;
  hasSoundtrack: boolean;
  /** The results call it a possible duplicate. */
  flagged: boolean;
}

/** Every accepted task is paid for, unless the vendor itself failed on it. */
export function balance(
  clips: readonly BookedClip[],
  ledger: readonly Pick<TaskEntry, 'fileLink' | 'status'>[],
): Books {
  const paid = new Map<string, number>();
  for (const { fileLink, status } of ledger) {
    if (!FAILED_STATUSES.has(status)) paid.set(fileLink, (paid.get(fileLink) ?? 0) + 1);
  }
  const count = (counts: (clip: BookedClip, times: number) => boolean): number =>
    clips.filter((clip) => counts(clip, paid.get(clip.fileLink) ?? 0)).length;
  return {
    lost: count(({ hasSoundtrack }) => !hasSoundtrack),
    paidTwiceSilently: count(({ flagged }, times) => times > 1 && !flagged),
    paidTwiceFlagged: count(({ flagged }, times) => times > 1 && flagged),
    flaggedInVain: count(({ flagged }, times) => times < 2 && flagged),
  };
}
