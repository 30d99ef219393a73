// Finds and opens the clips that the receiver serves.
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { fileURLToPath } from 'node:url';
import type { CallbackTarget } from '../contract/callback.js';
import { CLIP_STORE_QUERY } from '../contract/names.js';
import { isLocal } from '../manifests/file-link.js';
import { openLocal } from '../manifests/local-file.js';
import { sentClip } from '../activities/fitting/proxies.js';
import { openSnapshot } from '../manifests/snapshot.js';
import { keptFor } from '../store/kept-for.js';
import type { OpenStore } from '../store/store.js';
import type { OpenServedClip } from '../tomoviee/serving/clip-route.js';
import { videoTypeOf } from '../manifests/video-type.js';

/** A worker answers within some milliseconds; a vendor's fetch waits no longer than some seconds. */
const QUERY_MS = 5_000;
/** A vendor fetches a clip in one request, or in several at once. */
const KEPT_MS = 5_000;
const MAX_KEPT = 1_000;

/** Where the clip's snapshot is, or why it cannot be served. */
type Found = { store: string } | 'gone' | 'unknown';

/** R3. */
export function servedClips(client: Client, openStore: OpenStore): OpenServedClip {
  const kept = keptFor<Found>(KEPT_MS, MAX_KEPT);

  async function ask({ batch, ...place }: CallbackTarget): Promise<Found> {
    try {
      const handle = client.workflow.getHandle(batch);
      const store = await client.withDeadline(Date.now() + QUERY_MS, () =>
        handle.query<string | null, [typeof place]>(CLIP_STORE_QUERY, place),
      );
      return store === null ? 'gone' : { store };
    } catch (error) {
      return error instanceof WorkflowNotFoundError ? 'gone' : 'unknown';
    }
  }

  return async (target) => {
    const found = await kept(JSON.stringify(target), () => ask(target));
    if (typeof found === 'string') return found;
    const store = openStore(found.store);
    const clip = await sentClip(store, await openSnapshot(store).clip(target.row));
    if (!isLocal(clip.fileLink)) return 'gone';
    const opened = await openLocal(clip.fileLink);
    if ('fault' in opened) return 'gone';
    if (opened.version === clip.version) {
      return { ...opened, type: videoTypeOf(fileURLToPath(clip.fileLink)) };
    }
    await opened.file.close();
    return 'gone';
  };
}
