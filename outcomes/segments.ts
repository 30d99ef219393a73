// Outcomes as the activities leave them, one file a group of clips.
//
// O2. A row has one outcome a round; a later round's outcome replaces an earlier one's.
import { z } from 'zod';
import type { Outcome } from '../contract/clip.js';
import type { Store } from '../store/store.js';
import { keptFolder, type SnapshotInfo } from '../manifests/snapshot-format.js';
import { listRoundFiles, readRoundFile, roundOfFile, writeRoundFile } from './round-files.js';

const FOLDER = 'outcomes';

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

/** Writes one segment, in place of what an earlier try of the activity wrote. */
export function writeSegment(
  store: Store,
  round: number,
  name: string,
  outcomes: Outcome[],
): Promise<void> {
  return writeRoundFile(store, FOLDER, { round, name }, outcomes);
}

/** Keys of all segments, earlier rounds first. */
export function listSegments(store: Store): Promise<string[]> {
  return listRoundFiles(store, FOLDER);
}

/** Writes outcomes that rows of a corrected manifest had before. */
export function writeKept(
  store: Store,
  sinceRound: number,
  name: string,
  outcomes: Outcome[],
): Promise<void> {
  return writeRoundFile(store, keptFolder(sinceRound), { round: 0, name }, outcomes);
}

/** Keys of the segments that speak of a snapshot's rows, earlier rounds first. */
export async function segmentsOf(
  store: Store,
  { sinceRound }: Pick<SnapshotInfo, 'sinceRound'>,
): Promise<string[]> {
  const all = await listSegments(store);
  if (sinceRound === undefined) return all;
  const kept = await listRoundFiles(store, keptFolder(sinceRound));
  return [...kept, ...all.filter((key) => roundOfFile(key) >= sinceRound)];
}

/** @throws Error naming the segment if it cannot be read */
export function readSegment(store: Store, key: string): Promise<Outcome[]> {
  return readRoundFile(store, key, OutcomeRecord);
}
