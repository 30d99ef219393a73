import type { BatchSummary } from '../contract/clip.js';
import type { ManifestReport } from '../manifests/read.js';
import type { Store } from '../store/store.js';

/** What `start` came to. */
export interface StartedBatch {
  batch: string;
  /** `ended`: it has run before; `summary` tells how it went. */
  how: 'started' | 'attached' | 'ended';
  name: string;
  /** Folder of the results. */
  store: string;
  /** Rows of the manifest. */
  total: number;
  /** Only when it has ended. */
  summary?: BatchSummary;
  /** What the caller asked for and did not get, for people. */
  notes: string[];
}

export function started(
  how: StartedBatch['how'],
  batch: string,
  report: ManifestReport,
  store: Store,
  more: { summary?: BatchSummary; notes?: string[] } = {},
): StartedBatch {
  const { name, total } = report;
  return { batch, how, name, store: store.location, total, notes: [], ...more };
}
