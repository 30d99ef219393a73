// Names the files of a result, so that no two clips ever share a name.
import { fileNameOf, idKey } from '../manifests/clip-id.js';
import type { Snapshot } from '../manifests/snapshot.js';

/** A clip's name that could equal the name of another clip's second or later file, or take. */
const NUMBERED = /[-.][1-9]\d{0,5}$/;

/** The keys of the clips' names that end in a number, such as `intro-2`. Reads the whole manifest once. */
export async function numberedIds(snapshot: Pick<Snapshot, 'pages'>): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const page of snapshot.pages()) {
    for (const key of page.map(({ id }) => idKey(fileNameOf(id))))
      if (NUMBERED.test(key)) keys.add(key);
  }
  return keys;
}

/**
 * Names without extension for the files of one clip: `<id>`, `<id>-2`, `<id>-3` and so on. An id that cannot
 * be a file name is replaced by a name derived from it. A number that would give the name of another clip is
 * skipped.
 * @param ids as returned by `numberedIds`
 */
export function fileNames(clipId: string, count: number, ids: ReadonlySet<string>): string[] {
  const first = fileNameOf(clipId);
  const names = [first];
  for (let number = 2; names.length < count; number += 1) {
    const name = `${first}-${number}`;
    if (!ids.has(idKey(name))) names.push(name);
  }
  return names;
}
