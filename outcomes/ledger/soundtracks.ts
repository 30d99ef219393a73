// Ledger and batches each name a soundtrack by a path relative to themselves, so that folders that are
// moved together keep knowing each other.
import path from 'node:path';

/**
 * A soundtrack as an entry names it.
 * @param ledger location of the ledger
 * @param store location of the batch's store
 * @param output key of the soundtrack there
 */
export function soundtrackOf(ledger: string, store: string, output: string): string {
  return slashes(path.relative(ledger, path.join(store, output)));
}

/** The soundtrack of an entry as the results of a batch name it. */
export function outputOf(ledger: string, store: string, soundtrack: string): string {
  return slashes(path.relative(store, path.join(ledger, soundtrack)));
}

function slashes(relative: string): string {
  return relative.split(path.sep).join('/');
}
