import type { Clip } from '../contract/clip.js';

/**
 * The `params` of a submission: the user's own value, or else a tag that identifies the POST. The vendor's
 * result query echoes it [docs/vendor-api.md: Result], which shows to which clip an adopted task belongs.
 */
export function paramsOf(
  clip: Pick<Clip, 'row' | 'params'>,
  batch: string,
  post: { round: number; attempt: number },
): string {
  return clip.params ?? `reelscore/${batch}/${post.round}.${clip.row}.${post.attempt}`;
}
