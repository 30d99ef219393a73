// Outcomes as the activities leave them, one file a group of clips.
//
// O2. A row has one outcome a round; a later round's outcome replaces an earlier one's.
// O3. In one round a success stays, whatever is recorded of its row later: a batch that was reset comes to rows
//     that have their outcome once more.
import { z } from 'zod';
import { OUTCOME_STATUSES, type Outcome } from '../contract/clip.js';
import type { Store } from '../store/store.js';
import { keptFolder, type SnapshotInfo } from '../manifests/snapshot-format.js';
import {
  listRoundFiles,
  readRoundFile,
  readRoundFileIfThere,
  roundFileKey,
  roundOfFile,
  writeRoundFile,
} from './round-files.js';

const FOLDER = 'outcomes';

const OutcomeRecord = z.object({
  row: z.int().nonnegative(),
  status: z.enum(OUTCOME_STATUSES),
  taskId: z.string().exactOptional(),
  attempts: z.int().nonnegative(),
  errorCode: z.string().exactOptional(),
  errorMessage: z.string().exactOptional(),
  output: z.string().exactOptional(),
  outputs: z.array(z.string()).exactOptional(),
  modelVersion: z.string().exactOptional(),
  translatePrompt: z.string().exactOptional(),
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

/** Adds outcomes to a segment, each in place of one that it has of the same row. (O1) */
export async function addToSegment(
  store: Store,
  round: number,
  name: string,
  outcomes: Outcome[],
): Promise<void> {
  if (outcomes.length === 0) return;
  const file = { round, name };
  const known = await readRoundFileIfThere(store, roundFileKey(FOLDER, file), OutcomeRecord);
  const rows = new Map([...known, ...outcomes].map((outcome) => [outcome.row, outcome]));
  await writeRoundFile(store, FOLDER, file, [...rows.values()]);
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

/** Which of several outcomes of each row counts; takes them segment by segment, in their order. */
export class Counting {
  #round = 0;
  /** Rows that have succeeded in this round. */
  readonly #succeeded: Uint8Array;

  /** @param rows of the manifest */
  constructor(rows: number) {
    this.#succeeded = new Uint8Array(rows);
  }

  /** Whether an outcome counts instead of what was recorded of its row before (O2, O3). */
  counts({ row, status }: Outcome, segment: string): boolean {
    const round = roundOfFile(segment);
    if (round !== this.#round) this.#succeeded.fill(0);
    this.#round = round;
    if (status === 'succeeded') this.#succeeded[row] = 1;
    return status === 'succeeded' || this.#succeeded[row] !== 1;
  }
}

/** @throws Error naming the segment if it cannot be read */
export function readSegment(store: Store, key: string): Promise<Outcome[]> {
  return readRoundFile(store, key, OutcomeRecord);
}
