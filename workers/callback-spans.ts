// Spans of callbacks, in the traces of their batches.
import type { Client } from '@temporalio/client';
import type { Headers } from '@temporalio/common';
import { keptFor } from '../store/kept-for.js';
import type { AroundCallback } from '../tomoviee/callbacks/receiver.js';
import type { Traces } from '../temporal/traces/traces.js';

/** Senders wait meanwhile. */
const READ_MS = 1000;
/** A batch that is started again has another trace. */
const KEPT_MS = 60_000;
/** Batches known at one time. */
const MAX_KEPT = 1000;

/** The trace of a batch is read from its first event: the vendor hands no trace on. */
export function callbackSpans(client: Client, traces: Traces): AroundCallback {
  const kept = keptFor<Headers | undefined>(KEPT_MS, MAX_KEPT);

  async function read(batch: string): Promise<Headers | undefined> {
    const { namespace } = client.options;
    const { history } = await client.withDeadline(Date.now() + READ_MS, () =>
      client.workflowService.getWorkflowExecutionHistory({
        ...{ namespace, execution: { workflowId: batch }, maximumPageSize: 1 },
      }),
    );
    return (
      history?.events?.[0]?.workflowExecutionStartedEventAttributes?.header?.fields ?? undefined
    );
  }

  // What cannot be read: its callbacks are traces of their own meanwhile.
  const parentOf = (batch: string): Promise<Headers | undefined> =>
    kept(batch, () => read(batch).catch(() => undefined));

  return async (batch, call) =>
    await traces.within('callback', { workflowId: batch, parent: await parentOf(batch) }, call);
}
