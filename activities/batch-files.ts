// A batch's store and snapshot, opened once per worker.
import { hash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { RecalledTask } from '../contract/activities.js';
import type { Clip } from '../contract/clip.js';
import { readBatchRecord } from '../intake/batch-record.js';
import { openSnapshot, type Snapshot } from '../manifests/snapshot.js';
import { indexOutcomes, type OutcomeIndex } from '../outcomes/outcome-index.js';
import { keepNewest } from '../store/keep-newest.js';
import type { OpenStore, Store } from '../store/store.js';
import { DownloadNotes } from './download-notes.js';
import { numberedIds } from './file-names.js';
import { SubmissionJournal } from './submission-journal.js';

/** Batches a worker keeps open; each costs a few parsed pages. */
const MAX_OPEN_BATCHES = 20;

const Rows = z.array(z.int().nonnegative());

const Recalled: z.ZodType<RecalledTask[]> = z.array(
  z.object({
    row: z.int().nonnegative(),
    taskId: z.string(),
    attempts: z.int().nonnegative(),
    possibleDuplicate: z.literal(true).exactOptional(),
  }),
);

export interface BatchFiles {
  store: Store;
  snapshot: Snapshot;
  journal: SubmissionJournal;
  downloads: DownloadNotes;
  /** Account of the batch; '' if it is not known. */
  account: () => Promise<string>;
  /** Ids that could equal the names of other clips' files; see `fileNames`. */
  numberedIds: () => Promise<ReadonlySet<string>>;
  /** Clips that several rows have, as `contentName` names them. */
  sharedClips: () => Promise<ReadonlySet<string>>;
  /** The outcomes as they are when first asked for: only of a round that has ended. */
  outcomes: () => Promise<OutcomeIndex>;
  /** The row numbers stored under a selection's key. */
  selection: (key: string) => Promise<number[]>;
  /** The tasks stored under a recall's key, by row. */
  recalled: (key: string) => Promise<ReadonlyMap<number, RecalledTask>>;
}

/** The batches of one worker; keeps the most recently used ones open. */
export class OpenBatches {
  readonly #open = new Map<string, BatchFiles>();
  /**
   * A name that no other worker has. It stays the same when a batch is opened again, so that the batch's
   * journal is not split into many files.
   */
  readonly worker = randomBytes(6).toString('hex');

  constructor(private readonly openStore: OpenStore) {}

  /** @param round a later round may have another snapshot */
  at(location: string, round: number): BatchFiles {
    const name = `${round} ${location}`;
    const files = this.#open.get(name) ?? openBatch(this.openStore(location), this.worker);
    keepNewest(this.#open, name, files, MAX_OPEN_BATCHES);
    return files;
  }
}

function openBatch(store: Store, worker: string): BatchFiles {
  const snapshot = openSnapshot(store);
  const ids = readOnce(() => numberedIds(snapshot));
  const shared = readOnce(() => sharedClips(snapshot));
  const account = readOnce(async () => (await readBatchRecord(store))?.account ?? '');
  const outcomes = readOnce(async () => indexOutcomes(store, await snapshot.info()));
  return {
    store,
    snapshot,
    account: () => account(''),
    numberedIds: () => ids(''),
    sharedClips: () => shared(''),
    outcomes: () => outcomes(''),
    journal: new SubmissionJournal(store, worker),
    downloads: new DownloadNotes(store, worker),
    selection: readOnce((key) => readList(store, key, Rows)),
    recalled: readOnce(async (key) => {
      const tasks = await readList(store, key, Recalled);
      return new Map(tasks.map((task) => [task.row, task]));
    }),
  };
}

/** The same for clips of the same content, as far as is known without reading them. */
export function contentName({ fileLink, version }: Pick<Clip, 'fileLink' | 'version'>): string {
  return version ?? fileLink;
}

async function sharedClips(snapshot: Snapshot): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for await (const clips of snapshot.pages()) {
    for (const clip of clips) {
      const digest = hash('md5', contentName(clip), 'base64').slice(0, 16); // links are long
      if (seen.has(digest)) shared.add(contentName(clip));
      else seen.add(digest);
    }
  }
  return shared;
}

/** Caches what was read, but no failure. */
function readOnce<T>(read: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const kept = new Map<string, Promise<T>>();
  return (key) => {
    const value = kept.get(key) ?? read(key);
    kept.set(key, value);
    value.catch(() => kept.delete(key));
    return value;
  };
}

async function readList<T>(store: Store, key: string, schema: z.ZodType<T[]>): Promise<T[]> {
  const text = await store.readText(key);
  if (text === undefined) throw new Error(`${store.location}: ${key} is missing (restore it)`);
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`${store.location}: ${key} is damaged (restore it)`, { cause });
  }
}
