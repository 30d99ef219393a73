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

/**
 * @param below path of the file below the root, with slashes
 * @param isAlone no other video of its folder differs in the extension only
 * @param folder name of the folder it lies in
 */
export function foundClip(
  below: string,
  isAlone: boolean,
  { fileLink, folder, prompt }: { fileLink: string; folder: string; prompt: string | undefined },
): FoundClip {
  return {
    id: isAlone ? below.slice(0, below.length - path.posix.extname(below).length) : below,
    file_link: fileLink,
    ...(prompt !== undefined && { prompt }),
    name: stemOf(below),
    folder,
  };
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
