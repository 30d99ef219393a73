import { fileNameOf, idKey } from '../../manifests/clip-id.js';

/**
 * Name without extension of a take's soundtrack: `<id>.<take>`, or another where that is another clip's name.
 * @param ids as returned by `numberedIds`
 */
export function takeName(clipId: string, take: number, ids: ReadonlySet<string>): string {
  let name = `${fileNameOf(clipId)}.${take}`;
  while (ids.has(idKey(name))) name = `${name.replace(/\.\d+$/, '')}.take.${take}`;
  return name;
}
