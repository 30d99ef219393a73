// A batch's store and snapshot, opened once a worker.
import { randomBytes } from 'node:crypto';
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

/** The batches of one worker, the last used of them kept open. */
export class OpenBatches {
  readonly #open = new Map<string, BatchFiles>();
  /**
   * A name that no other worker has. The same for a batch that is opened again, so that its journal does
   * not fall into many files.
   */
  readonly worker = randomBytes(6).toString('hex');

  constructor(private readonly openStore: OpenStore) {}

  at(location: string): BatchFiles {
    const files = this.#open.get(location) ?? openBatch(this.openStore(location), this.worker);
    // The last entry of a map is the one used last.
    this.#open.delete(location);
    this.#open.set(location, files);
    const oldest = this.#open.keys().next().value;
    if (this.#open.size > MAX_OPEN && oldest !== undefined) this.#open.delete(oldest);
    return files;
  }
}

function openBatch(store: Store, worker: string): BatchFiles {
  const selections = new Map<string, Promise<number[]>>();
  return {
    store,
    snapshot: openSnapshot(store),
    journal: new SubmissionJournal(store, worker),
    selection(key) {
      const rows = selections.get(key) ?? readSelection(store, key);
      selections.set(key, rows);
      rows.catch(() => selections.delete(key));
      return rows;
    },
  };
}

async function readSelection(store: Store, key: string): Promise<number[]> {
  const text = await store.readText(key);
  if (text === undefined) throw new Error(`${store.location}: ${key} is missing (restore it)`);
  try {
    return Rows.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`${store.location}: ${key} is damaged (restore it)`, { cause });
  }
}
