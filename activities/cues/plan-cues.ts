// Which cues a row gets: its parts, in each of its takes. Pure.
import type { Clip } from '../../contract/clip.js';
import type { CuePlan } from '../../manifests/cues.js';
import { OVERLAP_SECONDS, type Part } from '../../media/fit/parts.js';

/**
 * Undefined if the row is one task.
 * @param parts of its clip, one or several
 */
export function planCues(
  { prompts = [] }: Pick<Clip, 'prompts'>,
  takes: number,
  parts: readonly (Part | undefined)[],
): CuePlan | undefined {
  if (takes * parts.length <= 1) return undefined;
  const cues = Array.from({ length: takes }, (_, take) =>
    parts.map((part, at) => {
      const prompt = take === 0 ? undefined : prompts[take - 1];
      return {
        ...{ take: take + 1, part: at + 1 },
        ...(prompt !== undefined && { prompt }),
        ...(part && { excerpt: part }),
      };
    }),
  );
  return { parts: parts.length, overlap: OVERLAP_SECONDS, cues: cues.flat() };
}
