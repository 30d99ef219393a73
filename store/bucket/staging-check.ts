// Whether clips can be staged in a bucket: tried with a small object.
import { randomBytes } from 'node:crypto';
import { discard, type GuardedFetch } from '../../net/guarded-fetch.js';
import type { Buckets } from './buckets.js';
import { writeLocation, type ObjectLocation } from './location.js';

/**
 * Writes an object, fetches it by a signed link, as the vendor would, and removes it.
 * @param fetch must reach the server of the bucket
 * @throws what does not work, and says so
 */
export async function tryStaging(
  buckets: Buckets,
  place: ObjectLocation,
  fetch: GuardedFetch,
): Promise<void> {
  const at = { ...place, key: `${place.key}.reelscore-doctor-${randomBytes(6).toString('hex')}` };
  await buckets.write(at, 'reelscore doctor\n');
  try {
    const response = await fetch.request(writeLocation(at));
    discard(response);
    if (response.status !== 200) throw new Error(`signed links are answered ${response.status}`);
  } finally {
    await buckets.remove(at);
  }
}
