// Brings the results of a batch into a folder of this machine, from wherever they are.
import { z } from 'zod';
import { inOrder } from '../store/in-order.js';
import { FOR_PEOPLE } from '../store/layout.js';
import { openLocalStore } from '../store/local-store.js';
import type { Store } from '../store/store.js';
import { ReelscoreError } from './errors.js';
import { mustHaveResults, type LocatedBatch } from './locate.js';
import { resultsOf } from './results.js';

/** Files at a time. */
const AT_ONCE = 8;
const SUMMARY = 'summary.json';

export interface DownloadOptions {
  /** Called with the number of files that are there. */
  onProgress?: (files: number) => void;
  signal?: AbortSignal;
}

export interface DownloadedResults {
  batch: string;
  folder: string;
  files: number;
  bytes: number;
  /** What it lacks, for people. */
  notes: string[];
}

/**
 * @param folder absolute path; files that it has under the same names are replaced
 * @throws ReelscoreError `results_gone`; `store_taken` if the folder has the results of another batch
 */
export async function downloadResults(
  located: LocatedBatch,
  folder: string,
  { onProgress, signal }: DownloadOptions = {},
): Promise<DownloadedResults> {
  await mustHaveResults(located);
  const { store, batch } = located;
  const target = openLocalStore(folder);
  await mustBeFree(target, batch);
  const done = { batch, folder, files: 0, bytes: 0, notes: await notesOf(located) };
  const copy = async (key: string): Promise<number> => {
    signal?.throwIfAborted();
    return await target.writeStream(key, store.readStream(key));
  };
  const add = (bytes: number): void => {
    done.bytes += bytes;
    done.files += 1;
    onProgress?.(done.files);
  };
  for await (const bytes of inOrder(keysOf(store), copy, AT_ONCE)) add(bytes);
  // One that is there says that all else is.
  if (await store.exists(SUMMARY)) add(await copy(SUMMARY));
  return done;
}

/** All but the summary. */
async function* keysOf(store: Store): AsyncIterable<string> {
  for (const folder of FOR_PEOPLE.folders) yield* await store.list(folder);
  for (const key of FOR_PEOPLE.files) {
    if (key !== SUMMARY && (await store.exists(key))) yield key;
  }
}

const Summary = z.object({ batch: z.string() });

async function mustBeFree(target: Store, batch: string): Promise<void> {
  const text = await target.readText(SUMMARY);
  if (text === undefined) return;
  const other = Summary.safeParse(JSON.parse(text));
  if (other.success && other.data.batch === batch) return;
  throw new ReelscoreError(
    'store_taken',
    `${target.location} holds the results of ${other.success ? `batch ${other.data.batch}` : 'something else'} (use another folder)`,
  );
}

async function notesOf(located: LocatedBatch): Promise<string[]> {
  let elsewhere = 0;
  for await (const { output } of await resultsOf(located, { status: 'skipped' })) {
    if (output !== null) elsewhere += 1;
  }
  if (elsewhere === 0) return [];
  const what = elsewhere === 1 ? '1 clip was' : `${elsewhere} clips were`;
  return [`${what} scored by earlier batches: download these for their soundtracks`];
}
