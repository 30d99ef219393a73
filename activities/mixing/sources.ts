// What a finished video is made of: the clip, and the soundtrack that its row has.
import { fileURLToPath } from 'node:url';
import type { Clip, Outcome } from '../../contract/clip.js';
import { isLocal } from '../../manifests/file-link.js';
import { NoMixError } from '../../media/mix/failures.js';
import type { GuardedFetch } from '../../net/guarded-fetch.js';
import { fileAt } from '../../store/file-at.js';
import { resolvePlace } from '../../store/places.js';
import type { OpenStore, Store } from '../../store/store.js';
import { fetchSource } from '../fitting/fetch-source.js';

/** Clips that are fetched before they are mixed. */
export const SOURCES = 'mix-sources';

/** Whether a video can be made of a row. @param skipped also of one that an earlier batch scored */
export function hasSoundtrack(
  outcome: Outcome | undefined,
  skipped: boolean,
): outcome is Outcome & { output: string } {
  if (outcome?.output === undefined) return false;
  return outcome.status === 'succeeded' || (skipped && outcome.status === 'skipped');
}

/**
 * Calls `work` with the path of a file that has a row's soundtrack.
 * @throws NoMixError if it is not there; what `work` throws
 */
export async function withSoundtrack<T>(
  openStore: OpenStore,
  { store, outcome: { output } }: { store: Store; outcome: Outcome & { output: string } },
  work: (path: string) => Promise<T>,
): Promise<T> {
  // That of another batch is given by its place beside this one.
  const file = fileAt(openStore, resolvePlace(store.location, output));
  if ((await file.version()) !== undefined) return await file.withPath(work);
  throw new NoMixError(`its soundtrack ${output} is gone`);
}

/**
 * Calls `work` with the path of a clip's file, which is fetched first if it is elsewhere.
 * @throws what `fetchSource` and `work` throw
 */
export async function withClipFile<T>(
  fetch: GuardedFetch,
  { store, clip, signal }: { store: Store; clip: Clip; signal: AbortSignal },
  work: (path: string) => Promise<T>,
): Promise<T> {
  if (isLocal(clip.fileLink)) return await work(fileURLToPath(clip.fileLink));
  const key = `${SOURCES}/${clip.row}`;
  try {
    await fetchSource(fetch, clip.fileLink, { store, key, signal });
    return await store.withFile(key, work);
  } finally {
    await store.remove(key);
  }
}
