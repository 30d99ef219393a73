// Warnings about clips that validation could not decide on, and that are submitted anyway.
import { z } from 'zod';
import type { Store } from '../store/store.js';
import { jsonLines, readJsonLines } from './json-lines.js';
import { listRoundFiles, readRoundFile, writeRoundFile } from './round-files.js';

const FOLDER = 'warnings';
const FILE = 'warnings.jsonl';

const WarningRecord = z.object({ id: z.string(), code: z.string(), message: z.string() });

/** One line of `warnings.jsonl`. */
export type Warning = z.infer<typeof WarningRecord>;

/** Writes one page's warnings, replacing what an earlier try of the activity wrote. */
export function writeWarnings(
  store: Store,
  round: number,
  page: string,
  warnings: Warning[],
): Promise<void> {
  return writeRoundFile(store, FOLDER, { round, name: page }, warnings);
}

/** Writes `warnings.jsonl`, all warnings of the batch page by page; no file if there are none. */
export async function collectWarnings(store: Store): Promise<void> {
  const pages = await listRoundFiles(store, FOLDER);
  if (pages.length === 0) await store.remove(FILE);
  else await store.writeStream(FILE, jsonLines(readAll(store, pages)));
}

/** The warnings of a batch that has ended; none if there is no `warnings.jsonl`. */
export async function* readWarnings(store: Store): AsyncIterable<Warning> {
  if (await store.exists(FILE)) yield* readJsonLines<Warning>(store, FILE);
}

async function* readAll(store: Store, pages: string[]): AsyncIterable<Warning> {
  for (const page of pages) yield* await readRoundFile(store, page, WarningRecord);
}
