// Whether a run must hand over to another soon: its history is full, or another version is to go on with it.
import { workflowInfo, type ContinueAsNewOptions } from '@temporalio/workflow';

/** At this size of its history a batch continues as new; the server warns at 10 MB and refuses at 50. */
const HISTORY_BYTES = 8 * 1024 * 1024;
/**
 * From these fractions of the history bound on, no page and no download is begun, so that none is under way
 * at the end, when nothing is submitted.
 */
const LAST_PAGES = 0.9;
const LAST_DOWNLOADS = 0.95;

/**
 * For continue-as-new: the next run begins with the version that is current then. Without it, the server keeps the
 * run on its version for good. It changes nothing where workers have no versions.
 */
export const TO_CURRENT_VERSION = {
  initialVersioningBehavior: 'AUTO_UPGRADE',
} as const satisfies ContinueAsNewOptions;

export interface HistoryBounds {
  /** No more pages are begun. */
  near: boolean;
  /** No more downloads either. */
  close: boolean;
  /** Nothing more is begun: the batch must continue as new. */
  reached: boolean;
  /** Another version of the workers is to go on with it (docs/operations.md). Never so without versions. */
  moving: boolean;
}

/** @param historyBound in events */
export function historyBounds(historyBound: number): HistoryBounds {
  const {
    historyLength,
    historySize,
    continueAsNewSuggested,
    targetWorkerDeploymentVersionChanged: moving,
  } = workflowInfo();
  const used = Math.max(historyLength / historyBound, historySize / HISTORY_BYTES);
  return {
    near: moving || used > LAST_PAGES,
    close: moving || used > LAST_DOWNLOADS,
    reached: used > 1 || continueAsNewSuggested,
    moving,
  };
}
