// A picture of a clip, for people.
import { stat } from 'node:fs/promises';
import { FfmpegError, input, type Ffmpeg } from '../ffmpeg/ffmpeg.js';

/** Pixels; twice as wide as it is shown. */
const WIDTH = 320;
/** Seconds: many clips begin black. */
const AT = 1;

/**
 * Writes a JPEG of a moment of a video.
 * @throws FfmpegError, FfmpegMissingError, or the signal's reason
 */
export async function writeStill(
  ffmpeg: Ffmpeg,
  { from, to }: { from: string; to: string },
  signal?: AbortSignal,
): Promise<void> {
  for (const at of [AT, 0]) {
    const picture = ['-map', '0:V:0', '-frames:v', '1', '-vf', `scale=${WIDTH}:-2`, '-q:v', '6'];
    const output = ['-f', 'image2', '-c:v', 'mjpeg', '-update', '1', to];
    const args = [...input(from, ['-ss', String(at)]), ...picture, ...output];
    await ffmpeg.run(args, { ...(signal && { signal }) });
    if ((await stat(to)).size > 0) return; // a clip may be over by then
  }
  throw new FfmpegError(`ffmpeg made no picture of ${from}`);
}
