// One answer for everybody who asks whether callbacks can be delivered: however many ask, and
// strangers may, the server behind is asked once a second.

/** How long an answer holds. */
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
    freshUntil = Infinity; // for as long as it is under way
    const done = (): void => {
      freshUntil = now() + FRESH_MS;
    };
    shared = check();
    shared.then(done, done);
    return shared;
  };
}
