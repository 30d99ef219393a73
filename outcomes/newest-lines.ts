// Notes about clips: lines of JSON in a folder, a file a writer, so that no two processes append to one.
import type { z } from 'zod';
import { linesOf } from '../store/lines.js';
import type { Store } from '../store/store.js';

/** What every note has. */
interface Note {
  /** Of the clip. */
  id: string;
  /** Epoch ms. */
  at: number;
}

/** @param writer a name that no other process has */
export async function appendNotes(
  store: Store,
  { folder, writer }: { folder: string; writer: string },
  notes: readonly Note[],
): Promise<void> {
  if (notes.length === 0) return;
  const lines = notes.map((note) => `${JSON.stringify(note)}\n`);
  await store.append(`${folder}/${writer}.jsonl`, lines.join(''));
}

/** The newest note of each clip. Lines that cannot be read are passed over. */
export async function readNewest<Entry extends Note>(
  store: Store,
  folder: string,
  schema: z.ZodType<Entry>,
): Promise<ReadonlyMap<string, Entry>> {
  const newest = new Map<string, Entry>();
  for (const key of await store.list(folder)) {
    for await (const lines of linesOf(store, key)) {
      for (const entry of lines.flatMap((line) => parse(line, schema))) {
        const known = newest.get(entry.id);
        if (!known || known.at <= entry.at) newest.set(entry.id, entry);
      }
    }
  }
  return newest;
}

function parse<Entry>(line: string, schema: z.ZodType<Entry>): Entry[] {
  try {
    return [schema.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}
