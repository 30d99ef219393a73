import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { TaskCallback } from '../contract/callback.js';
import { TASK_CALLBACKS_SIGNAL } from '../contract/names.js';
import { withRpcRetry } from '../net/retry-rpc.js';
import { BatchEndedError, type DeliverCallbacks } from '../tomoviee/callbacks/delivery.js';

/** Senders wait some seconds for an answer; a server that restarts is back in less. */
const WITHIN_MS = 5000;

/**
 * Delivers callbacks by signal. The promise resolves when Temporal has taken it.
 * @param withinMs after which a delivery has failed
 */
export function signalBatch(client: Client, withinMs = WITHIN_MS): DeliverCallbacks {
  return async (batch, callbacks) => {
    const signal = (): Promise<void> =>
      client.workflow.getHandle(batch).signal<[TaskCallback[]]>(TASK_CALLBACKS_SIGNAL, callbacks);
    // The deadline ends a call to a server that hangs, and the SDK's own tries.
    const deadline = Date.now() + withinMs;
    try {
      // A signal sent twice carries the same hints twice.
      await withRpcRetry(() => client.withDeadline(deadline, signal), { forMs: withinMs });
    } catch (cause) {
      if (!(cause instanceof WorkflowNotFoundError)) throw cause;
      throw new BatchEndedError(`batch ${batch} is not running`, { cause });
    }
  };
}
