// A workflow that tells of itself, as a batch does.
import { CancellationScope, condition } from '@temporalio/workflow';
import { Notifier } from '../../workflows/batch/notifying.js';

export { notification } from '../../workflows/notification.js';

/** Tells of a pause and of its end, and ends without waiting for anyone. */
export async function batch(url: string): Promise<void> {
  const counts = { total: 1, succeeded: 1, failed: 0, rejected: 0, cancelled: 0, skipped: 0 };
  const notifier = new Notifier(url, () => ({ name: 'test', counts, results: '/results' }));
  await notifier.notify('batch.paused', 'out of credit');
  await notifier.notify('batch.finished');
}

/** Tells that it was cancelled. */
export async function cancelled(url: string): Promise<void> {
  const notifier = new Notifier(url, () => ({ name: 'test' }));
  try {
    await condition(() => false);
  } finally {
    if (CancellationScope.current().consideredCancelled) await notifier.notify('batch.cancelled');
  }
}

/** Has nobody to tell. */
export async function untold(): Promise<void> {
  await new Notifier(undefined, () => ({})).notify('batch.finished');
}
