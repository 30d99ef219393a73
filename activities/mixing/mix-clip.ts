// Mixes the finished video of one row, and records it, or why there is none.
import { Context } from '@temporalio/activity';
import type { Clip } from '../../contract/clip.js';
import type { MixActivities } from '../../contract/mix.js';
import { FfmpegError, FfmpegMissingError } from '../../media/ffmpeg/ffmpeg.js';
import { EXTENSIONS } from '../../media/mix/container.js';
import { NoMixError } from '../../media/mix/failures.js';
import { NetError } from '../../net/errors.js';
import { readContent } from '../../outcomes/provenance/file-facts.js';
import {
  appendVideo,
  howDigest,
  readVideos,
  sourcesDigest,
  type VideoEntry,
} from '../../outcomes/videos.js';
import type { Store } from '../../store/store.js';
import type { OpenBatches } from '../batch-files.js';
import { unlessChanged } from '../changed-file.js';
import { FitRefusal, isDiskFault } from '../fitting/refusal.js';
import { withHeartbeat } from '../heartbeat.js';
import { makeVideo, type MadeVideo, type MixDependencies } from './make-video.js';
import { hasSoundtrack } from './sources.js';

/** Of a server that is out of reach. */
const MAX_TRIES = 3;

export function mixClipActivity(
  deps: MixDependencies,
  batches: OpenBatches,
): MixActivities['mixClip'] {
  return ({ store: location, round, row, mix }) => {
    const { cancellationSignal: signal, info } = Context.current();
    const { store, snapshot, outcomes } = batches.at(location, round);
    return withHeartbeat(async () => {
      const clip = await snapshot.clip(row);
      const outcome = await (await outcomes()).outcomeOf(row);
      if (!hasSoundtrack(outcome, true)) return {};
      const entry = { id: clip.id, of: sourcesDigest(clip, outcome), how: howDigest(mix) };
      const record = (video: Partial<VideoEntry>): Promise<void> =>
        appendVideo(store, batches.worker, { ...entry, ...video, at: Date.now() });
      try {
        const made = await ofSameClip(clip, () =>
          makeVideo(deps, { store, clip, outcome, mix, signal }),
        );
        const { sha256 } = await readContent(store.readStream(made.video));
        await record({ ...made, sha256 });
        await removeOthers(store, made.video);
        return {};
      } catch (error) {
        signal.throwIfAborted();
        const message = failureOf(error, info.attempt);
        // One that was mixed otherwise stays; one of other music goes.
        const before = (await readVideos(store)).get(clip.id);
        await record({ ...(before?.of === entry.of && before), error: message });
        if (before?.video !== undefined && before.of !== entry.of) await store.remove(before.video);
        return { failure: { id: clip.id, message } };
      }
    });
  };
}

/** What an earlier mixing made of the row in another container. */
async function removeOthers(store: Store, video: string): Promise<void> {
  const stem = video.slice(0, video.lastIndexOf('.'));
  for (const extension of EXTENSIONS) {
    if (`${stem}${extension}` !== video) await store.remove(`${stem}${extension}`);
  }
}

async function ofSameClip(clip: Clip, make: () => Promise<MadeVideo>): Promise<MadeVideo> {
  const made = await unlessChanged(clip, make);
  if ('done' in made) return made.done;
  throw new NoMixError(made.change.message);
}

/**
 * Why there is no video, in words.
 * @throws the error itself if it may pass, or is no fault of the clip
 */
function failureOf(error: unknown, attempt: number): string {
  if (error instanceof NetError && error.retryable && attempt < MAX_TRIES) throw error;
  if (error instanceof NoMixError || error instanceof NetError || error instanceof FitRefusal) {
    return error.message;
  }
  if (error instanceof FfmpegMissingError) return error.message;
  if (error instanceof FfmpegError && !isDiskFault(error)) return error.message;
  throw error;
}
