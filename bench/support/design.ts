// What is compared: ways to score the same clips.
import type { Client } from '@temporalio/client';
import type { BatchOptions } from '../../contract/batch.js';
import type { BatchSummary } from '../../contract/clip.js';

/** A batch whose manifest is frozen already. */
export interface BenchBatch {
  id: string;
  store: string;
  rows: number;
  options: BatchOptions;
}

/** One way to score a batch. Its worker runs until it is closed. */
export interface Design {
  name: string;
  /** Starts the batch; resolves when its results are written. */
  score(client: Client, batch: BenchBatch): Promise<BatchSummary>;
  /** Ids of all workflows that worked on it. */
  workflowIds(batch: BenchBatch): string[];
  /** Beginning of the ids of workflows that batches share; what they add during a run counts too. */
  sharedPrefix?: string;
  close(): Promise<void>;
}
