// What fitting would make of a clip, told before it is done. Pure.
import type { FitOptions } from '../../contract/batch.js';
import type { Excerpt } from '../../contract/clip.js';
import type { MediaFacts } from '../facts.js';
import type { ProbeVerdict } from '../verdict.js';
import { cutOf, partsWanted, wantedSeconds } from './cut.js';
import { isToFit } from './is-to-fit.js';
import { shapeOf } from './shape.js';

/**
 * Undefined if the clip is submitted as it is, or rejected for what fitting does not mend.
 * @param clip its row
 * @returns what the vendor gets, in words, and in how many tasks; or why it gets nothing
 */
export function previewOf(
  { excerpt }: { excerpt?: Excerpt },
  verdict: ProbeVerdict,
  { long }: FitOptions,
): { what: string; tasks: number } | { fault: string } | undefined {
  if (!isToFit(excerpt ? { excerpt } : {}, verdict)) return undefined;
  const media: Partial<MediaFacts> = ('media' in verdict ? verdict.media : undefined) ?? {};
  const { durationSeconds: all } = media;
  const tasks = partsWanted(all, excerpt, long);
  const cut = tasks > 1 ? { seconds: wantedSeconds(all, excerpt) } : cutOf(all, excerpt, long);
  if ('fault' in cut) return cut;
  const { width, height, frameRate } = media;
  const seconds = all === undefined ? undefined : cut.seconds;
  if (width === undefined || height === undefined)
    return { what: textOf(tasks, { seconds }), tasks };
  const shape = shapeOf({
    ...{ width, height, interlaced: false },
    ...(frameRate !== undefined && { frameRate }),
  });
  const rate = frameRate === undefined ? undefined : shape.frameRate;
  return { what: textOf(tasks, { ...shape.frame, frameRate: rate, seconds }), tasks };
}

type Told = Record<'width' | 'height' | 'frameRate' | 'seconds', number | undefined>;

function textOf(tasks: number, { width, height, frameRate, seconds }: Partial<Told>): string {
  const parts = [
    width === undefined ? 'MP4' : `MP4 ${width}x${height}`,
    ...(frameRate === undefined ? [] : [`${frameRate} FPS`]),
    ...(seconds === undefined ? [] : [`${seconds.toFixed(1)} s`]),
    ...(tasks > 1 ? [`in ${tasks} parts`] : []),
  ];
  return parts.join(', ');
}
