// One shared answer to whether callbacks can be delivered: however many clients ask, and
// anyone may, the Temporal server is asked once a second.

/** How long an answer is reused. */
const FRESH_MS = 1000;

/**
 * A check that several callers share, while it is under way and for a second after it.
 * @param check rejects if callbacks could not be delivered now
 * @param now epoch ms
 */
export function sharedCheck(
  check: () => Promise<void>,
  now: () => number = Date.now,
): () => Promise<void> {
  let shared: Promise<void> | undefined;
  let freshUntil = Infinity;
  return () => {
    if (shared !== undefined && now() < freshUntil) return shared;
    freshUntil = Infinity; // until it settles
    const done = (): void => {
      freshUntil = now() + FRESH_MS;
    };
    shared = check();
    shared.then(done, done);
    return shared;
  };
}
