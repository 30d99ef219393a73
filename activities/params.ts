import type { Clip } from '../contract/clip.js';

/**
 * The `params` of a submission: the user's own value, or else a tag that names the POST, which the
 * vendor's result query echoes [docs/vendor-api.md: Result]. It shows whose task an adopted one is.
 */
export function paramsOf(
  clip: Pick<Clip, 'row' | 'params'>,
  batch: string,
  post: { round: number; attempt: number },
): string {
  return clip.params ?? `reelscore/${batch}/${post.round}.${clip.row}.${post.attempt}`;
}
