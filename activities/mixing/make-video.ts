// Makes the finished video of one row.
import type { Clip, Outcome } from '../../contract/clip.js';
import type { MixOptions } from '../../contract/mix.js';
import { SERVICE, VENDOR } from '../../contract/service.js';
import { fileNameOf } from '../../manifests/clip-id.js';
import { describe } from '../../media/ffmpeg/describe.js';
import type { Ffmpeg } from '../../media/ffmpeg/ffmpeg.js';
import { videoExtension } from '../../media/mix/container.js';
import { keepClip } from '../../media/mix/keep-clip.js';
import { mixVideo, type MixTags } from '../../media/mix/mix-video.js';
import type { GuardedFetch } from '../../net/guarded-fetch.js';
import { VIDEO_SOURCE_TYPE } from '../../outcomes/provenance/records.js';
import type { OpenStore, Store } from '../../store/store.js';
import { withClipFile, withSoundtrack } from './sources.js';

export interface MixDependencies {
  openStore: OpenStore;
  ffmpeg: Ffmpeg;
  clipFetch: GuardedFetch;
}

export interface MixTask {
  store: Store;
  clip: Clip;
  outcome: Outcome & { output: string };
  mix: MixOptions;
  signal: AbortSignal;
}

/** A video that is in the store: its key, and what it is, in words. */
export interface MadeVideo {
  video: string;
  what: string;
}

/** @throws NoMixError and what else `failureOf` takes, or what may pass */
export async function makeVideo(deps: MixDependencies, task: MixTask): Promise<MadeVideo> {
  return await withSoundtrack(deps.openStore, task, (music) => mixWith(deps, task, music));
}

/** @param music path of the soundtrack */
async function mixWith(
  { ffmpeg, clipFetch }: MixDependencies,
  { store, clip, outcome, mix, signal }: MixTask,
  music: string,
): Promise<MadeVideo> {
  const keyOf = (extension: string): string => `videos/${fileNameOf(clip.id)}${extension}`;
  if (mix.audio === undefined) {
    const scored = await describe(ffmpeg, music, signal);
    if (scored.video) {
      const video = keyOf(videoExtension(scored, 'keep'));
      await store.writeFile(video, (part) => keepClip(music, part, signal));
      return { video, what: "the vendor's own video" };
    }
  }
  return await withClipFile(clipFetch, { store, clip, signal }, async (picture) => {
    const video = keyOf(videoExtension(await describe(ffmpeg, picture, signal), mix.audio));
    let what = '';
    await store.writeFile(video, async (part) => {
      const options = { ...mix, excerpt: clip.excerpt, tags: tagsOf(outcome) };
      const made = await mixVideo({ ffmpeg }, { picture, music, to: part }, options, { signal });
      what = made.what;
    });
    return { video, what };
  });
}

/** By which players and archives can tell where the music is from. */
function tagsOf({ taskId }: Outcome): MixTags {
  const task = taskId === undefined ? '' : `, task ${taskId}`;
  return {
    comment: `Music made by AI: ${VENDOR} ${SERVICE}${task}. ${VIDEO_SOURCE_TYPE}`,
    digital_source_type: VIDEO_SOURCE_TYPE,
  };
}
