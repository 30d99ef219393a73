import { setTimeout as sleep } from 'node:timers/promises';

/** Returns a function that resolves when the caller's turn has come: evenly, never in advance. */
export function createPacer(ratePerSecond: number): () => Promise<void> {
  const intervalMs = 1000 / ratePerSecond;
  let next = 0;
  return async () => {
    const now = Date.now();
    const turn = Math.max(now, next);
    next = turn + intervalMs;
    // Up to the next whole millisecond: timers cut fractions off.
    await sleep(Math.ceil(turn - now));
  };
}
