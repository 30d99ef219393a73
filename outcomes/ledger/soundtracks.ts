// The ledger and each batch name a soundtrack by a path relative to their own location, so that folders that
// are moved together still find each other. Where one is in a bucket, and the other is not in it, the place itself
// is the name.
import { placeIn, relativePlace, resolvePlace } from '../../store/places.js';

/**
 * The path by which an entry names a soundtrack.
 * @param ledger location of the ledger
 * @param store location of the batch's store
 * @param output key of the soundtrack in that store
 */
export function soundtrackOf(ledger: string, store: string, output: string): string {
  return relativePlace(ledger, placeIn(store, output));
}

/** The path by which the results of a batch name the soundtrack of an entry. */
export function outputOf(ledger: string, store: string, soundtrack: string): string {
  return relativePlace(store, resolvePlace(ledger, soundtrack));
}
