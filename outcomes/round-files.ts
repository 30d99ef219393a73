// Small files of JSON lines, `<round>-<name>.jsonl`, that activities write for the end of the batch.
//
// O1. A file's name follows from workflow state, so a retried activity overwrites its own file.
import type { z } from 'zod';
import type { Store } from '../store/store.js';

/** Names one file of a folder. */
export interface RoundFile {
  round: number;
  name: string;
}

export function roundFileKey(folder: string, { round, name }: RoundFile): string {
  return `${folder}/${round}-${name}.jsonl`;
}

/** Writes one file; without values, only removes what an earlier try of the activity left. */
export async function writeRoundFile(
  store: Store,
  folder: string,
  file: RoundFile,
  values: unknown[],
): Promise<void> {
  const key = roundFileKey(folder, file);
  if (values.length === 0)
    await store.remove(key); // O1
  else await store.write(key, values.map((value) => JSON.stringify(value) + '\n').join(''));
}

/** Keys of a folder's files, earlier rounds first. */
export async function listRoundFiles(store: Store, folder: string): Promise<string[]> {
  const keys = await store.list(folder);
  return keys.sort((a, b) => roundOfFile(a) - roundOfFile(b) || (a < b ? -1 : 1));
}

/** The round that a file belongs to. */
export function roundOfFile(key: string): number {
  return Number.parseInt(key.slice(key.indexOf('/') + 1), 10);
}

/** @throws Error naming the file and line that cannot be read */
export async function readRoundFile<Value>(
  store: Store,
  key: string,
  schema: z.ZodType<Value>,
): Promise<Value[]> {
  const values = await readValues(store, key, schema);
  if (!values) throw new Error(`${store.location}: ${key} is missing (restore it)`);
  return values;
}

/** Like `readRoundFile`, but a missing file holds nothing. */
export async function readRoundFileIfThere<Value>(
  store: Store,
  key: string,
  schema: z.ZodType<Value>,
): Promise<Value[]> {
  return (await readValues(store, key, schema)) ?? [];
}

async function readValues<Value>(
  store: Store,
  key: string,
  schema: z.ZodType<Value>,
): Promise<Value[] | undefined> {
  const text = await store.readText(key);
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error(`${store.location}: ${key} is cut short (restore it)`);
  return lines.map((line, at) => {
    try {
      return schema.parse(JSON.parse(line));
    } catch (cause) {
      const place = `${store.location}: ${key}:${at + 1}`;
      throw new Error(`${place} is damaged (restore it)`, { cause });
    }
  });
}
