// What became of the notification that a batch sent when it ended.
import { setTimeout as delay } from 'node:timers/promises';
import { reasonOf } from './reason.js';
import type { TemporalClient } from './temporal.js';

const LOOK_EVERY_MS = 200;

/** The notification of a batch's end. */
export interface NotifiedEnd {
  /**
   * - `none`: no notification is due, or Temporal does not know the batch (any more).
   * - `delivered`: the receiver has it.
   * - `underWay`: it is tried again and again for 3 days, as long as a worker runs.
   * - `givenUp`: the receiver wants no more, or could not take it for so long.
   */
  state: 'none' | 'delivered' | 'underWay' | 'givenUp';
  /** Of the newest try, if that failed. */
  reason?: string;
}

export interface NotifiedOptions {
  /** How long it may stay under way before that is the answer. Default: not at all. */
  withinMs?: number;
  /** Answers at once when aborted. */
  signal?: AbortSignal;
}

export async function notifiedEnd(
  temporal: TemporalClient,
  batch: string,
  { withinMs = 0, signal }: NotifiedOptions = {},
): Promise<NotifiedEnd> {
  const id = await temporal.lastNotification(batch);
  if (id === undefined) return { state: 'none' };
  const until = performance.now() + withinMs;
  for (;;) {
    const found = await standingOf(temporal, id);
    const left = until - performance.now();
    if (found.state !== 'underWay' || left <= 0 || signal?.aborted) return found;
    await delay(Math.min(left, LOOK_EVERY_MS), undefined, signal && { signal }).catch(() => {
      // aborted: the next look is the last
    });
  }
}

async function standingOf(temporal: TemporalClient, id: string): Promise<NotifiedEnd> {
  const found = await temporal.describeNotification(id);
  if (!found) return { state: 'none' };
  const { status, failure } = found;
  if (status === 'COMPLETED') return { state: 'delivered' };
  if (status === 'FAILED' || status === 'TERMINATED' || status === 'CANCELLED') {
    return { state: 'givenUp', reason: await reasonOf(temporal, { batch: id, status }) };
  }
  return { state: 'underWay', ...(failure !== undefined && { reason: failure }) };
}
