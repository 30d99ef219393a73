// How ffmpeg makes a proxy. Pure.
import type { VideoStream } from '../ffmpeg/describe.js';
import { input } from '../ffmpeg/ffmpeg.js';
import type { ProxyShape } from './shape.js';

/** Bits per second: 95 s of it have 95 MB. */
const MOST_BITS = 8_000_000;

/** The part of a clip that is wanted. In seconds. */
export interface Cut {
  start: number;
  seconds: number;
}

/** The arguments with which ffmpeg makes a silent H.264 MP4 of a part of a clip. */
export function encodeArgs(
  from: string,
  to: string,
  { index }: Pick<VideoStream, 'index'>,
  { picture, frame, frameRate, deinterlace, skip }: ProxyShape,
  { start, seconds }: Cut,
): string[] {
  const filters = [
    ...(deinterlace ? ['bwdif=deint=interlaced'] : []),
    `fps=${frameRate}:start_time=0`, // a picture that begins late is held, so that the music fits
    `scale=${picture.width}:${picture.height}:flags=bilinear`,
    ...(frame.width === picture.width && frame.height === picture.height
      ? []
      : [`pad=${frame.width}:${frame.height}:(ow-iw)/2:(oh-ih)/2`]),
    ...['setsar=1', 'format=yuv420p'],
  ];
  // Deblocking is for eyes, and costs a tenth of the time.
  const reading = ['-skip_loop_filter', 'all', ...(skip ? ['-skip_frame', 'noref'] : [])];
  // The last frame may not be shown longer than the rest is long.
  const frames = Math.max(1, Math.floor(seconds * frameRate + 1e-6));
  return [
    ...input(from, [...reading, ...(start > 0 ? ['-ss', start.toFixed(3)] : [])]),
    ...['-map', `0:${index}`, '-an', '-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1'],
    ...['-vf', filters.join(','), '-frames:v', String(frames)],
    ...['-c:v', 'libx264', '-preset', 'superfast', '-crf', '25', '-profile:v', 'high'],
    ...['-maxrate', String(MOST_BITS), '-bufsize', String(2 * MOST_BITS)],
    ...['-movflags', '+faststart', '-f', 'mp4', to],
  ];
}
