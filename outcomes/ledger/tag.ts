/**
 * Which version of a clip its server has, if the server reports one.
 * - `tag`: the ETag, or else date and length.
 * - `missing`: the server reports neither.
 * - `unreachable`: the server did not answer, or not with the clip.
 */
export type ClipTag = { kind: 'tag'; tag: string } | { kind: 'missing' } | { kind: 'unreachable' };
