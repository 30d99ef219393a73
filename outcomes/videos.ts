// What became of finished videos.
//
// V1. A video counts for a row only if it was made of the clip and the task's soundtrack that the row has now.
import { hash } from 'node:crypto';
import { z } from 'zod';
import type { Clip, Outcome } from '../contract/clip.js';
import type { MixOptions } from '../contract/mix.js';
import { fragmentOf } from '../manifests/excerpt.js';
import type { Store } from '../store/store.js';
import { appendNotes, readNewest } from './newest-lines.js';

export const VIDEOS_FOLDER = 'videos-made';
/** Changes when videos come out otherwise. */
const RECIPE = 1;

const Entry = z.object({
  id: z.string(),
  /** Of the clip and the soundtrack. */
  of: z.string(),
  /** Of the options. */
  how: z.string(),
  /** Store key; absent if there is none. */
  video: z.string().exactOptional(),
  /** Of its bytes, in hex. */
  sha256: z.string().exactOptional(),
  /** What it is, in words. */
  what: z.string().exactOptional(),
  /** Why it could not be mixed; with a video, why not anew. */
  error: z.string().exactOptional(),
  /** Epoch ms. */
  at: z.number(),
});
export type VideoEntry = z.infer<typeof Entry>;

/** The entries of a batch by clip, the newest of each. */
export type Videos = ReadonlyMap<string, VideoEntry>;

/** @param worker a name that no other worker has */
export function appendVideo(store: Store, worker: string, entry: VideoEntry): Promise<void> {
  return appendNotes(store, { folder: VIDEOS_FOLDER, writer: worker }, [entry]);
}

/** A line that cannot be read means that its video is mixed once more. */
export function readVideos(store: Store): Promise<Videos> {
  return readNewest(store, VIDEOS_FOLDER, Entry);
}

/** What became of the video of a row; undefined if nothing has, of this clip and soundtrack (V1). */
export function videoOf(videos: Videos, clip: Clip, outcome: Outcome): VideoEntry | undefined {
  const entry = videos.get(clip.id);
  return entry?.of === sourcesDigest(clip, outcome) ? entry : undefined;
}

/** Tells what a video is made of. */
export function sourcesDigest({ fileLink, version = '', excerpt }: Clip, outcome: Outcome): string {
  const { output = '', taskId = '' } = outcome;
  return digest([fileLink, version, fragmentOf(excerpt), output, taskId]);
}

/** Tells how a video is made. */
export function howDigest({ audio, loudness, fadeSeconds }: MixOptions): string {
  return digest([RECIPE, audio ?? '', loudness, fadeSeconds]);
}

function digest(parts: unknown[]): string {
  return hash('sha256', JSON.stringify(parts), 'base64url').slice(0, 22);
}
