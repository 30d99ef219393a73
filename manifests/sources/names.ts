// Names of clips that are found, not listed.
import path from 'node:path';

/** A clip of a folder or a bucket, as a row of a manifest. */
export interface FoundClip {
  id: string;
  file_link: string;
  /** From a file beside the clip; it may name fields, `{{name}}`. */
  prompt?: string;
  /** File name without its extension. */
  name: string;
  /** Name of the folder it lies in. */
  folder: string;
}

/** A file name without its extension. */
export function stemOf(name: string): string {
  return path.basename(name, path.extname(name));
}

/** How many of some file names have each stem: only of those alone does the stem say which file is meant. */
export function countStems(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(stemOf(name), (counts.get(stemOf(name)) ?? 0) + 1);
  return counts;
}
