// Outcomes as the activities leave them: small files of JSON lines, one a group of clips.
//
// O1. A segment's name follows from workflow state, so a repeated activity overwrites its own.
// O2. A row has one outcome a round; a later round's outcome replaces an earlier one's.
import { z } from 'zod';
import type { Outcome } from '../contract/clip.js';
import type { Store } from '../store/store.js';

const FOLDER = 'outcomes/';

const OutcomeRecord = z.object({
  row: z.int().nonnegative(),
  status: z.enum(['succeeded', 'failed', 'rejected', 'cancelled', 'skipped']),
  taskId: z.string().exactOptional(),
  attempts: z.int().nonnegative(),
  errorCode: z.string().exactOptional(),
  errorMessage: z.string().exactOptional(),
  output: z.string().exactOptional(),
  possibleDuplicate: z.boolean().exactOptional(),
}) satisfies z.ZodType<Outcome>;

/** Writes one segment; an empty one only replaces what an earlier try of the activity left. */
export async function writeSegment(
  store: Store,
  round: number,
  name: string,
  outcomes: Outcome[],
): Promise<void> {
  const key = `${FOLDER}${round}-${name}.jsonl`;
  if (outcomes.length === 0) await store.remove(key); // O1
  else await store.write(key, outcomes.map((outcome) => JSON.stringify(outcome) + '\n').join(''));
}

/** Keys of all segments, earlier rounds first. */
export async function listSegments(store: Store): Promise<string[]> {
  const keys = await store.list(FOLDER);
  return keys.sort((a, b) => roundOf(a) - roundOf(b) || (a < b ? -1 : 1));
}

/** @throws Error naming the segment if it cannot be read. */
export async function readSegment(store: Store, key: string): Promise<Outcome[]> {
  const text = await store.readText(key);
  if (text === undefined) throw new Error(`${key} is missing in ${store.location}`);
  try {
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => OutcomeRecord.parse(JSON.parse(line)));
  } catch (cause) {
    throw new Error(`${key} in ${store.location} is damaged`, { cause });
  }
}

function roundOf(key: string): number {
  return Number.parseInt(key.slice(FOLDER.length), 10);
}
