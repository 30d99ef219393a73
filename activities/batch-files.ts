// A batch's store and snapshot, opened once a worker.
import { z } from 'zod';
import { openSnapshot, type Snapshot } from '../manifests/snapshot.js';
import type { OpenStore, Store } from '../store/store.js';
import { SubmissionJournal } from './submission-journal.js';

/** Batches a worker keeps open; one more costs a few parsed pages. */
const MAX_OPEN = 20;

const Rows = z.array(z.int().nonnegative());

export interface BatchFiles {
  store: Store;
  snapshot: Snapshot;
  journal: SubmissionJournal;
  /** The row numbers kept under a selection's key. */
  selection: (key: string) => Promise<number[]>;
}

export class OpenBatches {
  readonly #open = new Map<string, BatchFiles>();

  constructor(private readonly openStore: OpenStore) {}

  at(location: string): BatchFiles {
    const known = this.#open.get(location);
    if (known) return known;
    const files = openBatch(this.openStore(location));
    this.#open.set(location, files);
    const oldest = this.#open.keys().next().value;
    if (this.#open.size > MAX_OPEN && oldest !== undefined) this.#open.delete(oldest);
    return files;
  }
}

function openBatch(store: Store): BatchFiles {
  const selections = new Map<string, Promise<number[]>>();
  const read = async (key: string): Promise<number[]> => {
    const text = await store.readText(key);
    if (text === undefined) throw new Error(`${key} is missing in ${store.location}`);
    return Rows.parse(JSON.parse(text));
  };
  return {
    store,
    snapshot: openSnapshot(store),
    journal: new SubmissionJournal(store),
    selection(key) {
      const rows = selections.get(key) ?? read(key);
      selections.set(key, rows);
      rows.catch(() => selections.delete(key));
      return rows;
    },
  };
}
