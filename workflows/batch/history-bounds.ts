// How full the history of a batch's run is.
import { workflowInfo } from '@temporalio/workflow';

/** A history of this size continues as new; the server refuses at 50 MB and warns at 10. */
const HISTORY_BYTES = 8 * 1024 * 1024;
/**
 * From these shares of the history bound on no page and no download is begun, so that none is under way
 * at the end, when nothing is submitted.
 */
const LAST_PAGES = 0.9;
const LAST_DOWNLOADS = 0.95;

export interface HistoryBounds {
  /** No page is begun any more. */
  near: boolean;
  /** No download either. */
  close: boolean;
  /** Nothing is: the batch has to continue as new. */
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
