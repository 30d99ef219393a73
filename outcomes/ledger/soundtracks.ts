// The ledger and each batch name a soundtrack by a path relative to their own location, so that folders that
// are moved together still find each other.
import path from 'node:path';

/**
 * The path by which an entry names a soundtrack.
 * @param ledger location of the ledger
 * @param store location of the batch's store
 * @param output key of the soundtrack in that store
 */
export function soundtrackOf(ledger: string, store: string, output: string): string {
  return slashes(path.relative(ledger, path.join(store, output)));
}

/** The path by which the results of a batch name the soundtrack of an entry. */
export function outputOf(ledger: string, store: string, soundtrack: string): string {
  return slashes(path.relative(store, path.join(ledger, soundtrack)));
}

function slashes(relative: string): string {
  return relative.split(path.sep).join('/');
}
