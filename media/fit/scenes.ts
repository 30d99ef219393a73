// Finds scene changes.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { input, type Ffmpeg } from '../ffmpeg/ffmpeg.js';

/** How much of the picture changes from one frame to the next, at least; 0 to 1. */
const CHANGE = 0.2;

/**
 * Times of the scene changes within some windows of a video, in seconds.
 * @param index of the video stream
 * @throws FfmpegError, FfmpegMissingError, or the signal's reason
 */
export async function scenesIn(
  ffmpeg: Ffmpeg,
  path: string,
  index: number,
  windows: readonly { start: number; length: number }[],
  signal?: AbortSignal,
): Promise<number[]> {
  const folder = await mkdtemp(join(tmpdir(), 'reelscore-scenes-'));
  try {
    const scenes: number[] = [];
    for (const [at, { start, length }] of windows.entries()) {
      const list = join(folder, `${at}.txt`);
      const filters = [
        'scale=160:-2:flags=fast_bilinear',
        `select='gt(scene,${CHANGE})'`,
        `metadata=print:file=${list}`,
      ];
      await ffmpeg.run(
        [
          ...input(path, ['-ss', start.toFixed(3), '-t', length.toFixed(3)]),
          ...['-map', `0:${index}`, '-vf', filters.join(','), '-f', 'null', '-'],
        ],
        signal ? { signal } : {},
      );
      const text = await readFile(list, 'utf8').catch(() => '');
      for (const [, time] of text.matchAll(/pts_time:([\d.]+)/g)) scenes.push(start + Number(time));
    }
    return scenes;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
