import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { TaskCallback } from '../contract/callback.js';
import { TASK_CALLBACKS_SIGNAL } from '../contract/names.js';
import { withRpcRetry } from '../net/retry-rpc.js';
import type { DeliverCallbacks } from './coalescer.js';
import { BatchEndedError } from './receiver.js';

/** Senders wait some seconds for an answer; a server that restarts is back in less. */
const RETRY_MS = 5000;

/** Delivers callbacks by signal. The promise resolves when Temporal has taken it. */
export function signalBatch(client: Client): DeliverCallbacks {
  return async (batch, callbacks) => {
    try {
      await withRpcRetry(
        () =>
          client.workflow
            .getHandle(batch)
            .signal<[TaskCallback[]]>(TASK_CALLBACKS_SIGNAL, callbacks),
        { forMs: RETRY_MS }, // a signal sent twice carries the same hints twice
      );
    } catch (cause) {
      if (!(cause instanceof WorkflowNotFoundError)) throw cause;
      throw new BatchEndedError(`batch ${batch} is not running`, { cause });
    }
  };
}
