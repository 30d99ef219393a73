// A file at a place, in a folder or a bucket; see places.ts.
import { stat } from 'node:fs/promises';
import { isMissing } from './folders.js';
import { fileVersion } from './local-store.js';
import { isInBucket, splitPlace } from './places.js';
import type { OpenStore } from './store.js';

export interface FileAt {
  place: string;
  /** Tells it from any other at its place, before and after; undefined if there is none. */
  version(): Promise<string | undefined>;
  /** Calls `work` with a path that has its content. */
  withPath<T>(work: (path: string) => Promise<T>): Promise<T>;
}

/** @param place absolute; in a bucket: of an object for people, one folder below the location of its store */
export function fileAt(openStore: OpenStore, place: string): FileAt {
  if (!isInBucket(place)) {
    return { place, version: () => versionAt(place), withPath: (work) => work(place) };
  }
  const { folder, name } = splitPlace(place);
  const { folder: location, name: folderName } = splitPlace(folder);
  const store = openStore(location);
  const key = `${folderName}/${name}`;
  return {
    place,
    version: () => store.version(key),
    withPath: (work) => store.withFile(key, work),
  };
}

async function versionAt(path: string): Promise<string | undefined> {
  try {
    return fileVersion(await stat(path));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
