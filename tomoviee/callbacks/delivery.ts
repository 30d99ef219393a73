// How callbacks leave the receiver.
import type { TaskCallback } from '../../contract/callback.js';

/**
 * Hands callbacks to a batch; resolves once they are durable there.
 * @throws BatchEndedError if the batch no longer takes them
 */
export type DeliverCallbacks = (batch: string, callbacks: TaskCallback[]) => Promise<void>;

/** The batch has ended, or never was. */
export class BatchEndedError extends Error {
  override readonly name = 'BatchEndedError';
}
