import { linkSync, writeFileSync } from 'node:fs';

/** A file may have 65,000 names on most file systems. */
const NAMES = 30_000;

/**
 * Makes so many empty files, for tests of folders that hold many. They are names of a few files, which
 * takes a third of the time. Their folders must be there.
 */
export function makeManyFiles(count: number, path: (n: number) => string): void {
  for (let n = 0; n < count; n += 1) {
    const first = n - (n % NAMES);
    if (n === first) writeFileSync(path(n), '');
    else linkSync(path(first), path(n));
  }
}
