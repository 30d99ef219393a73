// How long the picture of a file really is, and how many packets it has: descriptions often do not say, or round.
import type { FileDescription } from '../ffmpeg/describe.js';
import type { Ffmpeg } from '../ffmpeg/ffmpeg.js';

export interface Picture {
  packets: number;
  /** Of the first picture and of the end of the last, by the file's timestamps. */
  startSeconds: number;
  endSeconds: number;
}

/** Of one that comes alone, and does not say. */
const USUAL_SECONDS = 0.04;
/** A longer step of a broadcast's timestamps, or one back, is where two were joined; ffmpeg goes on without it. */
const MAX_STEP_SECONDS = 10;
const MAX_BACK_SECONDS = 0.1;
/** Containers of broadcasts, whose timestamps may jump; ffmpeg's names. */
const JUMPING = /^(mpegts|mpeg|mpegvideo|ogg)$/;

type Packet = Readonly<Record<string, string>>;

export async function readPicture(
  ffmpeg: Ffmpeg,
  path: string,
  { container, video }: FileDescription & Required<Pick<FileDescription, 'video'>>,
  signal?: AbortSignal,
): Promise<Picture> {
  const entries = ['pts_time', 'dts_time', 'duration_time', 'flags'];
  const reader = pictureReader(JUMPING.test(container));
  await ffmpeg.packets(path, { stream: video.index, entries }, reader.add, signal);
  return reader.end();
}

/** @param jumping the container's timestamps may jump */
export function pictureReader(jumping: boolean): {
  add: (packet: Packet) => void;
  end: () => Picture;
} {
  let packets = 0;
  let first = Infinity;
  let last = -Infinity;
  let lastSeconds: number | undefined;
  let decoded: number | undefined;
  let step = USUAL_SECONDS;
  /** By which pictures are shown later than decoded; some files say only when those are decoded. */
  let delay: number | undefined;
  /** What steps that are too long have added. */
  let jumped = 0;
  return {
    add({ pts_time: pts, dts_time: dts, duration_time: duration, flags = '' }) {
      packets += 1;
      const seconds = duration === undefined ? undefined : Number(duration);
      if (pts !== undefined && dts !== undefined) delay ??= Number(pts) - Number(dts);
      const at = pts === undefined ? Number(dts) + (delay ?? 0) : Number(pts);
      const order = Number(dts ?? pts);
      if (Number.isNaN(at)) return;
      if (decoded !== undefined) {
        const by = order - decoded;
        const jumps = by > MAX_STEP_SECONDS || by < -MAX_BACK_SECONDS;
        if (jumping && jumps) jumped += by - (seconds ?? step);
        else if (by > 0) step = by;
      }
      decoded = order;
      const time = at - jumped;
      if (!flags.includes('D')) first = Math.min(first, time); // what an edit list leaves out
      if (time < last) return;
      last = time;
      lastSeconds = seconds;
    },
    end() {
      const start = Number.isFinite(first) ? first : 0;
      const end = Number.isFinite(last) ? last + (lastSeconds ?? step) : start;
      return { packets, startSeconds: start, endSeconds: Math.max(start, end) };
    },
  };
}

/**
 * The timestamp of a clip that ffmpeg makes 0: the file's beginning; of a broadcast that of the tracks which are
 * used.
 */
export function originOf({ container, startSeconds, video, audio }: FileDescription): number {
  if (!JUMPING.test(container)) return startSeconds;
  const starts = [video, audio].flatMap((stream) => stream?.startSeconds ?? []);
  return Math.max(startSeconds, Math.min(...starts));
}
