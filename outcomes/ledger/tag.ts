/**
 * Which version of a clip its server has, as far as it tells.
 * - `tag`: by its ETag, or else by date and length.
 * - `missing`: it names neither.
 * - `unreachable`: it did not answer, or not with the clip.
 */
export type ClipTag = { kind: 'tag'; tag: string } | { kind: 'missing' } | { kind: 'unreachable' };
