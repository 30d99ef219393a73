// How full the history of a batch's run is.
import { workflowInfo } from '@temporalio/workflow';

/** At this size of its history a batch continues as new; the server warns at 10 MB and refuses at 50. */
const HISTORY_BYTES = 8 * 1024 * 1024;
/**
 * From these fractions of the history bound on, no page and no download is begun, so that none is under way
 * at the end, when nothing is submitted.
 */
const LAST_PAGES = 0.9;
const LAST_DOWNLOADS = 0.95;

export interface HistoryBounds {
  /** No more pages are begun. */
  near: boolean;
  /** No more downloads either. */
  close: boolean;
  /** Nothing more is begun: the batch must continue as new. */
  reached: boolean;
}

/** @param historyBound in events */
export function historyBounds(historyBound: number): HistoryBounds {
  const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
  const used = Math.max(historyLength / historyBound, historySize / HISTORY_BYTES);
  return {
    near: used > LAST_PAGES,
    close: used > LAST_DOWNLOADS,
    reached: used > 1 || continueAsNewSuggested,
  };
}
