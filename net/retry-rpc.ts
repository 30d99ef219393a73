// Rides a client call over a restart of the Temporal server. (Workers do so by themselves.)
import { setTimeout as delay } from 'node:timers/promises';

/** gRPC status codes that pass: a server that restarts, is overloaded, or did not answer in time. */
const PASSING_CODES = new Set([
  4, // DEADLINE_EXCEEDED
  8, // RESOURCE_EXHAUSTED
  14, // UNAVAILABLE
]);

/** Node's codes for a connection that broke, or was not accepted. */
const PASSING_SYSTEM_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

/** The embedded server is back within half a second of being killed. */
const FIRST_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 2_000;

/** Errors nest: the SDK wraps what gRPC threw. Deeper than this is a loop. */
const MAX_DEPTH = 8;

export interface RpcRetryOptions {
  /** No further try is begun after this long. */
  forMs: number;
  /** Stops the tries; the wait between two is broken off, and the last error thrown. */
  signal?: AbortSignal;
}

/**
 * Calls `call` again, with growing and jittered pauses, for as long as it fails for a reason that
 * passes. A call that was not answered may have been taken: `call` must be safe to repeat.
 *
 * Throws the last error unchanged.
 */
export async function withRpcRetry<T>(
  call: () => Promise<T>,
  { forMs, signal }: RpcRetryOptions,
): Promise<T> {
  const until = performance.now() + forMs;
  for (let backoff = FIRST_BACKOFF_MS; ; backoff = Math.min(backoff * 2, MAX_BACKOFF_MS)) {
    try {
      return await call();
    } catch (error) {
      const pause = backoff * (0.5 + Math.random());
      if (!isPassing(error) || performance.now() + pause > until) throw error;
      await delay(pause, undefined, signal && { signal }).catch(() => undefined);
      if (signal?.aborted) throw error;
    }
  }
}

/** Whether a failed call is worth repeating: the server was unreachable, overloaded or too slow. */
export function isPassing(error: unknown): boolean {
  let at = error;
  for (let depth = 0; depth < MAX_DEPTH && typeof at === 'object' && at !== null; depth += 1) {
    const { code, cause } = at as { code?: unknown; cause?: unknown };
    // The outermost gRPC status decides: what caused an error that does not pass is beside the point.
    if (typeof code === 'number') return PASSING_CODES.has(code);
    if (typeof code === 'string' && PASSING_SYSTEM_CODES.has(code)) return true;
    at = cause;
  }
  return false;
}
