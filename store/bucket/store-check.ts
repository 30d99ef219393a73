// Whether a bucket can be a store: tried, because servers that speak S3's protocol differ.
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { OpenStore } from '../store.js';
import { placeIn } from '../places.js';

/** Enough for a server that looks first and writes then to take two of them. */
const RIVALS = 16;
const TRIES = 4;

/**
 * Does in a place of its own what a store does, and leaves nothing behind.
 * @throws what does not work, and says so
 */
export async function tryStore(openStore: OpenStore, location: string): Promise<void> {
  const store = openStore(placeIn(location, `reelscore-doctor-${randomBytes(6).toString('hex')}`));
  const log = 'submissions/doctor.jsonl';
  const locks = Array.from({ length: TRIES }, (_, n) => `selections/${n}.json`);
  try {
    for (const lock of locks) {
      const rivals = Array.from({ length: RIVALS }, (_, n) => store.create(lock, `${n}`));
      const settled = await Promise.allSettled(rivals);
      const fault = settled.find((one) => one.status === 'rejected');
      if (fault) throw fault.reason;
      const first = settled.filter((one) => one.status === 'fulfilled' && one.value).length;
      if (first !== 1) {
        throw new Error(
          `${first} of ${RIVALS} who created an object at one time were told that they were first (If-None-Match does not work there: use another server)`,
        );
      }
    }
    await store.append(log, 'first\n');
    await store.append(log, 'second\n');
    const [entry] = await store.entries('submissions');
    const read = await text(store.readStream(log, { from: 6 }));
    if (entry?.key !== log || entry.size !== 13 || read !== 'second\n') {
      throw new Error('what is written there is not listed and read at once (use another server)');
    }
  } finally {
    for (const key of locks) await store.remove(key);
    await store.remove(log);
  }
}
