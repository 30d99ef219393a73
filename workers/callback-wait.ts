// How long callbacks of a batch may wait for others: the batch tells, because it alone knows whether a clip waits
// for the slot that a callback frees.
import type { Client } from '@temporalio/client';
import { CALLBACK_WAIT_QUERY } from '../contract/names.js';
import { keepNewest } from '../store/keep-newest.js';
import type { CallbackWait } from '../tomoviee/callbacks/coalescer.js';

/** A query is an action at Temporal Cloud; a batch seldom changes between having slots to spare and having none. */
const KEPT_MS = 30_000;
/** A worker answers within some milliseconds. */
const QUERY_MS = 5_000;
/** Batches known at one time. */
const MAX_KEPT = 1_000;
/** Senders wait for their answer meanwhile. */
const LONGEST_MS = 2_000;

/** Answers at once with what is known, and asks the batch when that is old; 0 until it has answered. */
export function callbackWaits(client: Client): CallbackWait {
  const kept = new Map<string, { waitMs: number; until: number }>();

  async function ask(batch: string): Promise<number> {
    try {
      const answer = await client.withDeadline(Date.now() + QUERY_MS, () =>
        client.workflow.getHandle(batch).query<unknown>(CALLBACK_WAIT_QUERY),
      );
      return typeof answer === 'number' && answer > 0 ? Math.min(answer, LONGEST_MS) : 0;
    } catch {
      return 0; // no worker, or one of an earlier version: callbacks are passed on at once
    }
  }

  return (batch) => {
    const now = Date.now();
    const known = kept.get(batch);
    if (known && known.until > now) return known.waitMs;
    const entry = { waitMs: known?.waitMs ?? 0, until: now + KEPT_MS };
    keepNewest(kept, batch, entry, MAX_KEPT);
    void ask(batch).then((waitMs) => (entry.waitMs = waitMs));
    return entry.waitMs;
  };
}
