// Opens the store at a location: a folder, or a place in a bucket.
import { BucketStore } from './bucket/bucket-store.js';
import { s3Opener, type BucketOptions } from './bucket/client.js';
import { explainErrors } from './bucket/explain.js';
import { folderIn, readLocation } from './bucket/location.js';
import { Objects } from './bucket/objects.js';
import { openLocalStore } from './local-store.js';
import type { OpenStore } from './store.js';

/**
 * Nothing is connected to until it is used.
 * @returns throws Error if the location is neither an absolute path nor s3://bucket/prefix
 */
export function storeOpener(options: BucketOptions): OpenStore {
  const open = s3Opener(options, explainErrors);
  return (location) => {
    const place = readLocation(location);
    if (!place) return openLocalStore(location);
    return new BucketStore(new Objects(open, place.bucket), folderIn(place));
  };
}
