import { Context } from '@temporalio/activity';

/** Well below the shortest heartbeat timeout; the SDK sends no more heartbeats than needed. */
const HEARTBEAT_MS = 3000;

/** Runs work under a regular heartbeat, so that a dead worker is noticed within seconds. */
export async function withHeartbeat<T>(work: () => Promise<T>, everyMs = HEARTBEAT_MS): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), everyMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
