// How the vendor reaches a clip: by its own link, by a link signed for its bucket, in the staging bucket, or served
// by the receiver.
//
// U1. A staged object stays as long as a task of its clip may need it; the end of a batch leaves none.
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { CallbackTarget } from '../contract/callback.js';
import type { Clip } from '../contract/clip.js';
import { isLocal, isWebLink } from '../manifests/file-link.js';
import { safeName } from '../manifests/batch-id.js';
import type { Store } from '../store/store.js';
import type { Buckets } from '../store/bucket/buckets.js';
import { readLocation, type ObjectLocation } from '../store/bucket/location.js';
import { linkLifetimeMs } from '../store/bucket/presign.js';
import { videoTypeOf } from '../manifests/video-type.js';
import { contentName, type BatchFiles } from './batch-files.js';
import { contentOf } from './content-of.js';

/** What it takes to deliver clips. */
export interface DeliveryOptions {
  buckets: Buckets;
  /** Where clips on this machine are staged; absent = they are served. */
  staging?: ObjectLocation;
  /** URL at which the receiver serves the clip of a submission; undefined if it cannot. */
  serve: (target: CallbackTarget) => string | undefined;
  /** Staged objects stay, for other batches as well. */
  keepStaged: boolean;
  /** How long a task may take. */
  taskTimeoutMs: number;
}

export interface ClipDelivery {
  /** Makes ready ahead of time what takes long. @throws FileChangedError, or what may pass */
  prepare(files: BatchFiles, batch: string, clip: Clip, signal: AbortSignal): Promise<void>;
  /** The URL for one submission. @throws FileChangedError, or what may pass */
  url(files: BatchFiles, target: CallbackTarget, clip: Clip, signal: AbortSignal): Promise<string>;
  /** The clip has its outcome. */
  release(files: BatchFiles, row: number): Promise<void>;
  /** Every clip of the batch has its outcome. */
  clear(files: BatchFiles): Promise<void>;
}

export function createClipDelivery({
  buckets,
  staging: place,
  keepStaged,
  serve,
  taskTimeoutMs,
}: DeliveryOptions): ClipDelivery {
  const lifetimeMs = linkLifetimeMs(taskTimeoutMs);
  /** Uploads under way, by key: rows may have the same content. */
  const uploads = new Map<string, Promise<void>>();

  async function stage(
    { store }: BatchFiles,
    place: ObjectLocation,
    batch: string,
    clip: Clip,
    signal: AbortSignal,
  ): Promise<ObjectLocation> {
    const path = fileURLToPath(clip.fileLink);
    let staged = await notedIn(store, clip.row);
    if (!staged || staged.version !== clip.version) {
      const content = await contentOf(path, signal);
      const folder = keepStaged ? place.key : `${place.key}${folderOf(store, batch)}`;
      const key = `${folder}${content.sha256}${extname(path).toLowerCase()}`;
      staged = { key, version: clip.version, ...content };
      // Before the upload, so that one that is broken off is known.
      await store.write(noteOf(clip.row), `${JSON.stringify(staged)}\n`);
    }
    const { key, sha256, size } = staged;
    const at = { ...place, key };
    for (let other = uploads.get(key); other; other = uploads.get(key)) {
      await other.catch(() => undefined); // its failure is its own
    }
    const file = { path, sha256, size, contentType: videoTypeOf(path) };
    const upload = buckets.upload(at, file, signal).finally(() => {
      uploads.delete(key);
    });
    uploads.set(key, upload);
    await upload;
    return at;
  }

  async function signed(at: ObjectLocation): Promise<string> {
    await buckets.checkCredentialsLast(lifetimeMs);
    return await buckets.presign(at, lifetimeMs);
  }

  return {
    async prepare(files, batch, clip, signal) {
      if (place && isLocal(clip.fileLink)) await stage(files, place, batch, clip, signal);
    },

    async url(files, target, clip, signal) {
      const { fileLink } = clip;
      if (isWebLink(fileLink)) return fileLink;
      const object = readLocation(fileLink);
      if (object) return await signed(object);
      if (place) return await signed(await stage(files, place, target.batch, clip, signal));
      const served = serve(target);
      if (served !== undefined) return served;
      // Nothing is lost: the activity is tried again until a worker has a way.
      throw new Error(
        'the clip is a file on this machine, and this worker has neither a staging bucket nor REELSCORE_CALLBACK_URL (set one)',
      );
    },

    async release(files, row) {
      if (!place || keepStaged) return;
      const staged = await notedIn(files.store, row);
      if (!staged) return;
      // Another row may have the same content: its object stays to the end of the batch.
      if (await isShared(files, row)) return;
      await buckets.remove({ ...place, key: staged.key });
      await files.store.remove(noteOf(row));
    },

    async clear({ store }) {
      for (const name of await store.list(NOTES)) {
        const row = Number(/(\d+)\.json$/.exec(name)?.[1]);
        const staged = place && !keepStaged ? await notedIn(store, row) : undefined;
        if (place && staged) await buckets.remove({ ...place, key: staged.key });
        await store.remove(noteOf(row));
      }
    },
  };
}

/** Whether other rows have the same clip. */
async function isShared({ snapshot, sharedClips }: BatchFiles, row: number): Promise<boolean> {
  return (await sharedClips()).has(contentName(await snapshot.clip(row)));
}

const Staged = z.object({
  key: z.string(),
  version: z.string().optional(),
  sha256: z.string(),
  /** In bytes. */
  size: z.number(),
});

/** Notes of which clips are staged. */
const NOTES = 'staged/';

function noteOf(row: number): string {
  return `${NOTES}${row}.json`;
}

async function notedIn(store: Store, row: number): Promise<z.infer<typeof Staged> | undefined> {
  const noted = await store.readText(noteOf(row));
  return noted === undefined ? undefined : Staged.parse(JSON.parse(noted));
}

/** Batches of different machines may have the same id, and one must not remove what is the other's. */
function folderOf({ location }: Store, batch: string): string {
  const owner = createHash('sha256').update(`${hostname()}\0${location}`).digest('hex');
  return `${safeName(batch)}-${owner.slice(0, 8)}/`;
}
