// Batches that end as their manifest says.
import { ApplicationFailure } from '@temporalio/workflow';
import type { BatchSummary } from '../../contract/clip.js';
import type { BatchRequest } from '../../contract/request.js';

export async function scoreBatch({ manifest }: BatchRequest): Promise<BatchSummary> {
  if (typeof manifest === 'string' && manifest.endsWith('missing.csv')) {
    const message = `${manifest}: there is no such file (put it there)`;
    throw ApplicationFailure.nonRetryable(message, 'manifest_unreadable');
  }
  const counts = { total: 120, succeeded: 118, failed: 2, rejected: 0, cancelled: 0, skipped: 0 };
  const at = new Date().toISOString();
  return await Promise.resolve({
    ...{ batch: 'any', counts, submissions: 120, startedAt: at, finishedAt: at },
  });
}
